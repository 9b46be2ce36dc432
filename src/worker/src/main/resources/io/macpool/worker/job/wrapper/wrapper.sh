#!/bin/sh
# wrapper MODE [NONCE [NUMBER]]
#
# Runs one job's script, detached from any SSH session, and shows it to the session of the moment:
#
#   start NONCE SIZE     takes the script, starts it when it is told to, and follows it
#   attach NONCE OFFSET  follows what was started before, from byte OFFSET of its output on
#   supervise            runs the script in a terminal; lives until it has ended
#   inside               the same, within the terminal
#
# Standard output carries the script's output and nothing else; standard error carries lines that
# begin with the nonce. Its own files lie beside it: see bootstrap.sh. A full disk takes nothing
# from them that matters: a status is told by renaming a file, output has a reserve, and whoever
# follows already holds all files open.
#
# POSIX sh, and nothing that macOS lacks: no /proc, no GNU option, no setsid(1) taken for granted.

dir=${0%/*}
nonce=${2:-}
agent_port=15782

say() {
  printf '%s %s\n' "$nonce" "$*" >&2
}

fail() {
  say failed "$*"
  exit 0
}

start() {
  unset keychain
  cd "$HOME" || fail "the home directory $HOME can't be entered"
  if [ -e build.sh ]; then
    rm -rf "$dir"
    say stale
    exit 0
  fi
  say want
  IFS= read -r keychain || exit 0
  head -c "$1" > build.sh || fail "build.sh can't be written to $HOME"
  [ "$(wc -c < build.sh)" -eq "$1" ] || fail "build.sh arrived in $HOME with another size"
  chmod 755 build.sh
  unlock "$keychain"
  unset keychain
  mkfifo "$dir/alive" "$dir/idle" "$dir/flow" "$dir/told" && : > "$dir/out" && : > "$dir/ended-no" &&
    : > "$dir/begun-no" && : > "$dir/exit-no" && : > "$dir/full-no" ||
    fail "the wrapper can't write its files to $dir"
  cat > "$dir/bash-env" <<END || fail "the wrapper can't write its files to $dir"
BASH_ENV=\$MACPOOL_BASH_ENV
unset MACPOOL_BASH_ENV
eval "[ ! -r \"\$BASH_ENV\" ] || . \"\$BASH_ENV\""
command mv "$dir/read-no" "$dir/begun-yes" 2>/dev/null
END
  say stored
  read -r word || exit 0
  [ "$word" = go ] || exit 0
  launch
  follow 0
}

# The password goes by standard input: whoever lists processes sees command lines.
unlock() {
  if [ -n "$1" ] && command -v security >/dev/null 2>&1; then
    {
      printf 'unlock-keychain -p "'
      printf '%s' "$1" | sed 's/[\\"]/\\&/g'
      printf '" "%s"\n' "$HOME/Library/Keychains/login.keychain"
    } | security -i >/dev/null 2>&1
  fi
}

# In a session of its own, with the signals as they were: what a shell starts with & ignores INT
# and QUIT for good, and so does all that it starts.
launch() {
  mkdir "$dir/started" 2>/dev/null || return
  exec 5<>"$dir/alive"
  if setsid -f true 2>/dev/null; then
    setsid -f /bin/sh "$dir/wrapper" supervise </dev/null >/dev/null 2>&1
  elif command -v perl >/dev/null 2>&1; then
    perl -MPOSIX -e 'exit if fork; POSIX::setsid(); exec @ARGV' \
      /bin/sh "$dir/wrapper" supervise </dev/null >/dev/null 2>&1
  else
    nohup /bin/sh "$dir/wrapper" supervise </dev/null >/dev/null 2>&1 &
  fi
}

supervise() {
  # 4: the script's standard input, open and silent; 5: open for as long as this lives.
  exec 4<>"$dir/idle" 7>>"$dir/out"
  trap : HUP INT QUIT TERM USR1 USR2
  spool < "$dir/flow" 4<&- 5<&- &
  spooler=$!
  # 8: where the inside tells its status, should the job remove all names; 6: its other end.
  exec 3>"$dir/flow" 7>&- 8<>"$dir/told" 6<"$dir/told"
  status=
  plain=
  agent=
  if [ "$(uname)" = Darwin ] && by_agent; then
    agent=yes
    wait_for_agent
  else
    in_terminal
    if [ -e "$dir/begun-no" ]; then
      plain=yes
      /bin/sh "$dir/wrapper" inside <&4 >&3 2>&1 3>&- 4<&- 5<&- 6<&-
      status=$?
    fi
  fi
  exec 3>&- 8>&-
  # What script(1) says is no proof: told to end, as by a shutdown, it says 0. That something was
  # killed is believed.
  [ -n "$agent" ] || [ "${status:-0}" -gt 128 ] || status=
  [ -n "$agent" ] || ! read -r told <&6 || status=$told
  exec 6<&-
  if [ -n "$plain" ]; then
    # What still runs in the background holds the output open; an SSH session waits for it no more.
    { sleep 1; kill -KILL "$spooler"; } >/dev/null 2>&1 4<&- 5<&- &
  fi
  wait "$spooler"
  for noted in "$dir"/exit-[0-9]*; do
    [ -e "$noted" ] && status=${noted##*-}
  done
  [ -e "$dir/begun-no" ] || [ -e "$dir/read-no" ] && status=
  mv "$dir/ended-no" "$dir/ended-${status:-none}" 2>/dev/null
  printf '%s\n' "${status:-none}" >&5
}

# In a terminal of its own, as over ssh -t. script(1) of util-linux hands its command to $SHELL,
# which would read its start files once more. That of BSD tells no signal: then it is as if killed.
in_terminal() {
  case $(script -V 2>/dev/null </dev/null) in
    *util-linux*)
      MACPOOL_SHELL=${SHELL-} SHELL=/bin/sh TERM=xterm \
        script -qefc "exec /bin/sh $dir/wrapper inside" /dev/null <&4 >&3 2>&1 3>&- 4<&- 5<&- 6<&-
      status=$?
      ;;
    *)
      if [ "$(uname)" = Darwin ]; then
        MACPOOL_SHELL=${SHELL-} TERM=xterm \
          script -q /dev/null /bin/sh "$dir/wrapper" inside <&4 >&3 2>&1 3>&- 4<&- 5<&- 6<&-
        status=137
      fi
      ;;
  esac
}

# Not exec: this shell notes how the script ended, whatever script(1) makes of it. Caught signals,
# other than ignored ones, are the default again in what it starts.
inside() {
  trap : HUP INT QUIT TERM USR1 USR2 PIPE ALRM
  if reads_bash_env; then
    export MACPOOL_BASH_ENV="$BASH_ENV" BASH_ENV="$dir/bash-env"
    mv "$dir/begun-no" "$dir/read-no" 2>/dev/null
  else
    mv "$dir/begun-no" "$dir/begun-yes" 2>/dev/null
  fi
  if [ -n "${MACPOOL_SHELL+set}" ]; then
    SHELL=$MACPOOL_SHELL
    [ -n "$SHELL" ] || unset SHELL
    unset MACPOOL_SHELL
    stty cols 80 rows 40 2>/dev/null
  fi
  cd "$HOME" || exit 255
  unset OLDPWD # a login shell has been nowhere before
  exec 9>&2 2>/dev/null # what this shell says of a child's end is not the script's output
  (exec bash "$HOME/build.sh" 2>&9 8>&- 9>&-)
  status=$?
  printf '%s\n' "$status" >&8
  mv "$dir/exit-no" "$dir/exit-$status" 2>/dev/null
  exit $status
}

# Bash reads the file that BASH_ENV names before a script, and that may end it or exec something
# else: ours reads it, too, and tells that the script's turn has come. Not in POSIX mode.
reads_bash_env() {
  [ -n "${BASH_ENV-}" ] &&
    ! env | grep -Eq '^(POSIXLY_CORRECT=|SHELLOPTS=.*(posix|privileged))'
}

# On macOS an agent in the GUI session runs build.sh when someone connects to its port, streams the
# output there, and writes the exit status.
by_agent() {
  tries=0
  until nc 127.0.0.1 $agent_port >&3 2>/dev/null </dev/null; do
    [ -s "$dir/out" ] && break
    tries=$((tries + 1))
    [ $tries -ge 60 ] && return 1
    sleep 1
  done
  mv "$dir/begun-no" "$dir/begun-yes"
}

wait_for_agent() {
  tries=0
  until [ -s "$HOME/build.sh.exit" ]; do
    tries=$((tries + 1))
    [ $tries -ge 150 ] && return
    sleep 0.2
  done
  read -r status < "$HOME/build.sh.exit"
  case $status in
    '' | *[!0-9]*) status= ;;
  esac
}

# Takes all output, whatever becomes of the disk: the script must neither wait for it nor fail.
spool() {
  until cat >&7; do
    mv "$dir/full-no" "$dir/full-yes" 2>/dev/null
    if ! rm "$dir/reserve"; then
      cat > /dev/null
      break
    fi
  done 2>/dev/null
}

follow() {
  # 6: ends with the supervisor; opened beside a writing end, so that it does not wait for one.
  # 7: the output, whatever becomes of its name. 8: this session's standard input.
  exec 5<>"$dir/alive" 6<"$dir/alive" 7<"$dir/out" 8<&0
  exec 5<&-
  tail -c +$(($1 + 1)) -f "$dir/out" 6<&- 7<&- 8<&- </dev/null &
  viewer=$!
  say following
  watch <&8 &
  wait $viewer
}

# Blocks until the script has ended, with no process and no clock.
watch() {
  status=none
  read -r status <&6
  for told in "$dir"/ended-*; do
    case $told in
      *-no | *'*') ;;
      *) status=${told##*-} ;;
    esac
  done
  if [ "${status:-none}" = none ]; then
    if [ -e "$dir/begun-no" ]; then
      say lost the script could not be begun
    elif [ -e "$dir/read-no" ]; then
      say lost bash ended before the script: look at the file that BASH_ENV names
    else
      say lost what watched the script is gone, its exit status with it
    fi
  else
    say ended "$status" $(($(wc -c <&7))) "$(shortage "$status")"
  fi
  while read -r word && [ "$word" = trace ]; do
    if [ -f /tmp/build.trace ]; then
      say trace $(($(wc -c < /tmp/build.trace)))
      cat /tmp/build.trace
    else
      say trace none
    fi
  done
  kill -KILL $viewer
}

# What lacked room: output (some of it is lost), home, or nothing.
shortage() {
  if [ -e "$dir/full-yes" ]; then
    echo output
  elif [ "$1" != 0 ]; then
    set -- $(df -Pk "$HOME" 2>/dev/null | tail -n 1)
    [ "${4:-1}" = 0 ] && echo home
  fi
}

case $1 in
  start) start "$3" ;;
  attach)
    cd / || exit 0
    [ -p "$dir/alive" ] || {
      say lost the files of its wrapper are gone
      exit 0
    }
    launch
    follow "$3"
    ;;
  supervise) supervise ;;
  inside) inside ;;
esac
exit
