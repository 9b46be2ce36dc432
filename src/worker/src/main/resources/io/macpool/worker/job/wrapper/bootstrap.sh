# What the worker sends to /bin/sh on its standard input, after a line that sets mode, nonce, token
# and number. Proves on both streams that it runs: whatever a start file of the user's login shell
# printed before lies before these two lines. Then hands over to the wrapper.
printf '%s begins here\n' "$nonce"
boot=
if [ -r /proc/sys/kernel/random/boot_id ]; then
  read -r boot < /proc/sys/kernel/random/boot_id
else
  boot=$(sysctl -n kern.bootsessionuuid 2>/dev/null || sysctl -n kern.boottime 2>/dev/null)
fi
printf '%s began %s\n' "$nonce" "$boot" >&2

# Not in the job's home, and where there is a choice not on its disk: jobs fill the one and remove
# the other.
dir=
for place in /dev/shm /var/tmp /tmp; do
  if [ "$mode" = attach ]; then
    [ -f "$place/.macpool-$token/wrapper" ] &&
      exec /bin/sh "$place/.macpool-$token/wrapper" attach "$nonce" "$number"
  elif [ -w "$place" ] && mkdir -m 700 "$place/.macpool-$token" 2>/dev/null; then
    # Room for output on a full disk: some of it is given free when there is none left.
    dir=$place/.macpool-$token
    head -c 524288 /dev/zero > "$dir/reserve" 2>/dev/null && break
    rm -rf "$dir"
    dir=
  fi
done
if [ "$mode" = attach ]; then
  printf '%s lost the files of its wrapper are gone\n' "$nonce" >&2
  exit
fi
if [ -z "$dir" ]; then
  printf '%s failed there is no room in /dev/shm, /var/tmp or /tmp\n' "$nonce" >&2
  exit
fi
