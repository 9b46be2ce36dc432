#!/bin/bash
# wrapper.sh [OFFSET]
#
# Starts build.sh once, detached from this session, with its output in build.sh.out and its exit
# status in build.sh.exit. Prints the output from byte OFFSET on, and exits with that status. Run
# again with another offset it attaches to what already runs: that is how a lost session resumes.
#
# Works with the bash 3.2 of macOS; only what is already there is used.

cd ~ || exit 255
state=.macpool
out=build.sh.out
exited=build.sh.exit
agent_port=15782

# Waits a moment, without a new process where bash can.
moment() {
  read -r -t 0.1 -u 4 2>/dev/null
  [ $? -gt 128 ] || sleep 0.2
}

finish() {
  echo "$1" > "$exited.new" && mv -f "$exited.new" "$exited"
}

# In a terminal of its own, as over ssh -t, where script(1) can make one. Its standard input stays
# open and silent.
in_terminal() {
  export TERM=xterm
  local command='stty cols 80 rows 40 2>/dev/null; exec bash ~/build.sh'
  if script -qefc true /dev/null >/dev/null 2>&1 </dev/null; then
    script -qefc "$command" /dev/null <&4 4<&- >> "$out" 2>&1
  elif [ "$(uname)" = Darwin ] && script -q /dev/null true >/dev/null 2>&1 </dev/null; then
    script -q /dev/null bash -c "$command" <&4 4<&- >> "$out" 2>&1
  else
    bash build.sh <&4 4<&- >> "$out" 2>&1
  fi
}

# On macOS an agent in the GUI session runs build.sh when someone connects to its port, streams the
# output there, and writes the exit status.
by_agent() {
  local tries=0
  until nc 127.0.0.1 $agent_port >> "$out" 2>/dev/null; do
    [ -s "$out" ] && break
    tries=$((tries + 1))
    [ $tries -ge 60 ] && return 1
    sleep 1
  done
  until [ -s "$exited" ]; do moment; done
}

run() {
  trap '' HUP
  echo $$ > $state/pid.new && mv -f $state/pid.new $state/pid
  if [ -n "$MACPOOL_KEYCHAIN" ]; then
    security unlock-keychain -p "$MACPOOL_KEYCHAIN" ~/Library/Keychains/login.keychain 2>/dev/null
    unset MACPOOL_KEYCHAIN
  fi
  if [ "$(uname)" = Darwin ] && by_agent; then
    return
  fi
  in_terminal
  finish $?
}

detached() {
  if command -v setsid >/dev/null 2>&1; then
    setsid bash wrapper.sh --run "$state" </dev/null >/dev/null 2>&1 &
  elif command -v perl >/dev/null 2>&1; then
    perl -MPOSIX -e 'POSIX::setsid(); exec @ARGV' bash wrapper.sh --run "$state" \
      </dev/null >/dev/null 2>&1 &
  else
    nohup bash wrapper.sh --run "$state" </dev/null >/dev/null 2>&1 &
  fi
}

# Over once the status is written; or, so that nobody waits for ever, once the runner is gone.
await_end() {
  local gone=0
  until [ -s "$exited" ]; do
    moment
    if [ -s $state/pid ] && ! kill -0 "$(<$state/pid)" 2>/dev/null; then
      gone=$((gone + 1))
      [ $gone -ge 30 ] && { finish 137; return; }
    fi
  done
}

follow() {
  await_end &
  local watcher=$!
  if tail --version 2>/dev/null | grep -q GNU; then
    tail --pid=$watcher -s 0.1 -c +$((offset + 1)) -f "$out" 2>/dev/null
  else
    local at=$offset size over=
    while :; do
      [ -s "$exited" ] && over=yes
      size=$(($(wc -c < "$out")))
      if [ "$size" -gt "$at" ]; then
        tail -c +$((at + 1)) "$out" | head -c $((size - at))
        at=$size
      elif [ -n "$over" ]; then
        break
      else
        moment
      fi
    done
  fi
  wait $watcher
}

first=
mkdir $state 2>/dev/null && first=yes
[ -p $state/idle ] || mkfifo $state/idle 2>/dev/null
exec 4<>$state/idle

if [ "$1" = --run ]; then
  run
  exit 0
fi

offset=${1:-0}
touch "$out"
if [ -n "$first" ]; then
  rm -f "$exited"
  detached
fi
follow
exit "$(<"$exited")"
