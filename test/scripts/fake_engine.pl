# A stand-in for dockerd and containerd, for the tests whose subject is the helper and no daemon: it takes the flags and the
# daemon.json, makes the files and sockets that the real ones make, answers what `docker` and the helper ask, and ends
# on SIGTERM. `fake_engine` in support.bash puts it in place. Where it differs from what a test needs to know of a daemon,
# that test takes the real one.
use strict;
use warnings;
use Fcntl qw(:flock);
use File::Path qw(make_path);
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use JSON::PP;
use POSIX qw(strftime);

$| = 1;
my ($name) = $0 =~ m{([^/]+)$};
my $ended;
$SIG{TERM} = $SIG{INT} = sub { $ended = 1 };
$SIG{PIPE} = 'IGNORE';

sub note { printf "time=\"%s\" level=%s msg=\"%s\"\n", strftime('%Y-%m-%dT%H:%M:%SZ', gmtime), @_ }

sub read_file {
    my ($path) = @_;
    open my $file, '<', $path or return '';
    local $/;
    return scalar <$file> // '';
}

# Made anew, since nobody who is still there may be listening: that is looked at before.
sub listen_at {
    my ($path) = @_;
    unlink $path;
    my $old = umask 0777;
    my $socket = IO::Socket::UNIX->new(Local => $path, Listen => 128) or die "$name: $path: $!\n";
    umask $old;
    return $socket;
}

# The kernel shows a script's command line with its interpreter in front. The helper looks for the flags behind the first
# word, so the script's name goes into that, to the letter, and with it what follows in memory: the environment.
my $first = length("/run/fake-perl/$name") + 1 + length $0;
$0 = join "\0", '/' x ($first - length $name) . $name, @ARGV, read_file('/proc/self/environ');
open my $comm, '>', '/proc/self/comm' or die "$name: $!\n";
print $comm $name;
close $comm;

if ($name eq 'containerd') {
    my %given = @ARGV;
    my ($address) = read_file($given{'--config'}) =~ /^\s*address = "(.*)"$/m or die "containerd: no address\n";
    my $socket = listen_at($address);
    chmod 0660, $address;
    sleep 1 until $ended;
    exit 0;
}

my (%flag, @hosts);
while (defined(my $word = shift @ARGV)) {
    die "unknown flag: --validate\n" if $word eq '--validate';
    exit 0 if $word eq '--help';
    my ($key, $value) = $word =~ /^--([^=]+)=(.*)$/ ? ($1, $2) : $word =~ /^--(live-restore)$/ ? ($1, 'true') : ($word =~ s/^--?//r, shift @ARGV);
    if ($key eq 'host' || $key eq 'H') { push @hosts, $value }
    else { $flag{$key} = $value }
}

my $file = '/etc/docker/daemon.json';
my %known = map { $_ => 1 } qw(bip containerd data-root debug default-address-pools dns exec-root hosts iptables ip6tables
  ip-forward labels live-restore log-level mtu pidfile runtimes storage-driver);
my $json = {};
if (-s $file) {
    $json = eval { decode_json(read_file($file)) }
      or die "unable to configure the Docker daemon with file $file: invalid character in $file\n";
    my @unknown = grep { !$known{$_} } sort keys %$json;
    die "unable to configure the Docker daemon with file $file: the following directives don't match any configuration option: @unknown\n"
      if @unknown;
    my @twice = grep { exists $flag{$_} || $_ eq 'hosts' && @hosts } sort keys %$json;
    die "unable to configure the Docker daemon with file $file: the following directives are specified both as a flag and in the configuration file: @twice\n"
      if @twice;
}
my %set = ('data-root' => '/var/lib/docker', 'exec-root' => '/var/run/docker', pidfile => '/var/run/docker.pid',
    %flag, map({ $_ => $json->{$_} } grep { !ref $json->{$_} } keys %$json));
@hosts = @{ $json->{hosts} } if $json->{hosts};
@hosts = 'unix:///var/run/docker.sock' unless @hosts;

m{^/} or die "dockerd: $_ is no path\n" for @set{'data-root', 'exec-root', 'pidfile'};
my ($other) = read_file($set{pidfile}) =~ /^(\d+)/;
die "pid file found, ensure docker is not running or delete $set{pidfile}\n" if $other && -d "/proc/$other";
open my $pidfile, '>', $set{pidfile} or die "dockerd: $set{pidfile}: $!\n";
print $pidfile $$;
close $pidfile;
note(info => 'Starting up');
# What a real one holds as long as it lives, and by which another is told.
make_path(@set{'data-root', 'exec-root'}, "$set{'data-root'}/volumes");
open my $database, '>>', "$set{'data-root'}/volumes/metadata.db" or die "dockerd: $!\n";
flock $database, LOCK_EX | LOCK_NB or die "dockerd: the data root is in use\n";
# It is not ready before its containerd is, nor where a test has it never get ready.
if ($set{containerd}) { select undef, undef, undef, 0.02 until $ended || -S $set{containerd} }
select undef, undef, undef, 0.05 while !$ended && -e '/run/fake-perl/mute';

my ($listening, %path) = (IO::Select->new);
for my $host ($ended ? () : @hosts) {
    my $socket;
    if ($host =~ m{^unix://(.*)}) {
        $socket = listen_at($1);
        $path{$1} = 1;
        chown 0, scalar(getgrnam('docker')) // 0, $1;
        chmod 0660, $1;
    }
    elsif ($host =~ m{^fd://}) { open $socket, '+<&=', 3 or die "dockerd: no socket was handed over: $!\n" }
    elsif ($host =~ m{^tcp://\[?([^]]*?)\]?:(\d+)$}) {
        $socket = IO::Socket::INET->new(LocalAddr => $1, LocalPort => $2, Listen => 128, ReuseAddr => 1) or die "dockerd: $host: $!\n";
    }
    else { die "dockerd: invalid bind address $host\n" }
    $listening->add($socket);
}
$SIG{HUP} = sub { note(info => "Got signal to reload configuration, using: $file") };
note(info => 'Daemon has completed initialization');
note(info => "API listen on $_") for sort keys %path;

my %environment = map { $_ => $ENV{$_} // '' } qw(HTTP_PROXY HTTPS_PROXY NO_PROXY);
my %answers = (
    '/_ping' => 'OK',
    '/info' => encode_json({
        ID => 'fake', Driver => $set{'storage-driver'} // 'overlay2', DockerRootDir => $set{'data-root'},
        LiveRestoreEnabled => ($set{'live-restore'} // '') =~ /^(true|1)$/ ? JSON::PP::true : JSON::PP::false,
        HttpProxy => $environment{HTTP_PROXY}, HttpsProxy => $environment{HTTPS_PROXY}, NoProxy => $environment{NO_PROXY},
        Runtimes => { runc => { path => 'runc' } },
    }),
    '/version' => encode_json({ Version => '20.10.24', ApiVersion => '1.41', MinAPIVersion => '1.12', Os => 'linux', Arch => 'amd64' }),
    map({ ("/$_/json" => '[]') } qw(containers images)),
);
my %asked;
until ($ended) {
    for my $ready ($listening->can_read(0.5)) {
        if (!exists $asked{$ready}) {
            accept(my $client, $ready) or next;
            $asked{$client} = '';
            $listening->add($client);
            next;
        }
        my $read = sysread $ready, my $part, 4096;
        if (!$read) { delete $asked{$ready}; $listening->remove($ready); close $ready; next }
        $asked{$ready} .= $part;
        while ($asked{$ready} =~ s{^(\w+) (?:/v[\d.]+)?([^ ?]*)\S* HTTP/1\.(\d)\r\n(.*?)\r\n\r\n}{}s) {
            my ($method, $what, $minor) = ($1, $2, $3);
            if (open my $log, '>>', '/run/fake-perl/asked') { print $log "$method $what\n" }
            my $body = $answers{$what} // '{"message":"page not found"}';
            my $head = sprintf "HTTP/1.1 %s\r\nApi-Version: 1.41\r\nOstype: linux\r\nContent-Length: %d\r\n\r\n",
              exists $answers{$what} ? '200 OK' : '404 Not Found', length $body;
            syswrite $ready, $method eq 'HEAD' ? $head : $head . $body;
            if (!$minor) { delete $asked{$ready}; $listening->remove($ready); close $ready; last }
        }
    }
}
note(info => "Processing signal 'terminated'");
unlink keys %path, $set{pidfile};
note(info => 'Daemon shutdown complete');
