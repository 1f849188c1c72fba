# shellcheck shell=sh
# What was typed survives the container: the shells keep their histories in one folder, which a volume can be mounted
# on. It is said in each shell's own system-wide file, so that no file of the user's is touched.

MARK='# DinD Station: command history'

# shells_prepare: nothing to do without the folder: whoever wants it mounts it or makes it.
shells_prepare() {
  [ -d "$HISTORY_DIR" ] || return 0
  folder_own "$HISTORY_DIR" 0700
  if ! (as_user test -w "$HISTORY_DIR"); then
    say "$USER_NAME cannot write to $HISTORY_DIR, so command histories end with the container."
    return 0
  fi
  for name in .bash_history .zsh_history; do
    history_file_own "$HISTORY_DIR/$name"
  done
  shells_fish
  [ "$(id -u)" -eq 0 ] || return 0
  # Not for root where the folder is a user's: root's shell would write wherever a link of theirs leads, and what root
  # types is not theirs to read. After every command, not at the end of the shell: a container's end is no end of a shell.
  only="if [ -O $HISTORY_DIR ] || { [ \"\$(id -u)\" != 0 ] && [ -w $HISTORY_DIR ]; }; then"
  # shellcheck disable=SC2016 # for the shell that reads it
  shell_tell /etc/bash.bashrc "$only" "export HISTFILE=$HISTORY_DIR/.bash_history" \
    'case ";${PROMPT_COMMAND-};" in *";history -a;"*) ;; *) PROMPT_COMMAND="history -a${PROMPT_COMMAND:+;$PROMPT_COMMAND}" ;; esac' fi
  shell_tell /etc/zsh/zshrc "$only" "HISTFILE=$HISTORY_DIR/.zsh_history" 'HISTSIZE=10000' 'SAVEHIST=10000' 'setopt INC_APPEND_HISTORY' fi
}

# history_file_own FILE: the user's alone. A link is the user's own arrangement.
history_file_own() {
  if [ ! -e "$1" ] && [ ! -L "$1" ]; then
    (umask 077 && as_user touch "$1") 2>/dev/null || say "$USER_NAME cannot make $1."
  elif [ -f "$1" ] && [ ! -L "$1" ] && [ "$(stat -c '%u %h' "$1")" = "0 1" ] && [ "$(id -u)" -eq 0 ]; then
    # -h: should it be a link by now, the link is what changes hands. A second name of it may be anywhere.
    if chown -h "$USER_UID:$USER_GID" "$1" 2>/dev/null; then
      say "gave $1 to $USER_NAME; it was root's."
    else
      say "$1 cannot be given to $USER_NAME."
    fi
  fi
}

# shells_fish: fish keeps its history where its other data are and takes no other place for it: a link leads from there.
# A history that is there already moves along.
shells_fish() {
  command -v fish >/dev/null || return 0
  link=$XDG_DATA_HOME/fish/fish_history
  kept=$HISTORY_DIR/.fish_history
  folder_own "${link%/*}" 0700
  [ ! -L "$link" ] || return 0
  if [ -f "$link" ] && [ ! -e "$kept" ]; then
    (as_user mv "$link" "$kept") || return 0
  elif [ -e "$link" ]; then
    say "$link is left as it is, because $kept exists too: remove one of the two."
    return 0
  fi
  history_file_own "$kept"
  (as_user ln -s "$kept" "$link") || say "$USER_NAME cannot link $link to $kept."
}

# shell_tell FILE LINE...: the lines stand in the file once, below our mark.
shell_tell() {
  file=$1
  shift
  [ -d "${file%/*}" ] || return 0
  ! grep -qsxF "$MARK" "$file" || return 0
  { printf '\n%s\n' "$MARK" && printf '%s\n' "$@"; } >>"$file" 2>/dev/null ||
    say "$file cannot be written, so this shell's history ends with the container."
}
