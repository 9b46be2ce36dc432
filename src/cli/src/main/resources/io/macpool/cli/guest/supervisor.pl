# perl -e THIS start DIR WORD...      runs a command, detached from the SSH session, and shows it to it
# perl -e THIS attach DIR OUT ERR   shows it to another session, from those bytes of its streams on
#
# DIR, in the directory where the session begins, belongs to this command alone: who makes it first
# decides whether the command begins.
#
# Both print DIR and a line feed, and speak in frames then: a letter, a length of four bytes, that
# many bytes. From here: B begun, with the bytes of input taken; O and E output; G bytes of input
# that the command has taken; X the exit status, after all output; N it never began and never will;
# L it is lost, and why. From there: H the first frame of a session that attaches; I input; Z its
# end; A bytes of both streams that need not be kept; S a signal; D all is known, end.
#
# What was not acknowledged is kept, $window bytes of each stream: then the command has to wait.
use strict;
use POSIX ();
use Socket;

my $window = 4 << 20;    # bytes kept of each stream
my $part   = 64 << 10;   # bytes of one frame
my $alone  = 900;        # seconds without a session, after which nobody is expected any more
my $trail  = 2;          # seconds for what still holds the output open when the command has ended

my ($mode, $dir, @rest) = @ARGV;
$| = 1;
$SIG{PIPE} = $SIG{HUP} = 'IGNORE';

sub frame { my ($type, $data) = @_; return pack('aN', $type, length $data) . $data; }

sub answer { print "$dir\n", frame(@_); exit 0; }

sub quick { fcntl($_[0], 4, fcntl($_[0], 3, 0) | POSIX::O_NONBLOCK()); }    # F_SETFL, F_GETFL

if ($mode eq 'attach') { attach(@rest); } else { start(@rest); }

sub attach {
  my ($out, $err) = @_;
  answer('N', '') if mkdir $dir, 0700;
  chdir $dir or answer('L', "$dir can't be entered: $!");
  my $open;
  for (1 .. 50) {
    socket(SUPERVISOR, PF_UNIX, SOCK_STREAM, 0) or answer('L', "no socket: $!");
    last if $open = connect(SUPERVISOR, sockaddr_un('s'));
    select undef, undef, undef, 0.1;
  }
  answer('L', 'what watched the command is gone') unless $open;
  print "$dir\n";
  syswrite SUPERVISOR, frame('H', "$out $err");
  my $up = fork;
  defined $up or exit 1;
  if (!$up) { relay(\*STDIN, \*SUPERVISOR); shutdown SUPERVISOR, 1; POSIX::_exit(0); }
  relay(\*SUPERVISOR, \*STDOUT);
  kill 'KILL', $up;
  exit 0;
}

sub relay {
  my ($from, $to) = @_;
  my $data;
  while (sysread $from, $data, $part) {
    while (length $data) {
      my $n = syswrite $to, $data;
      return unless $n;
      substr $data, 0, $n, '';
    }
  }
}

sub start {
  my (@words) = @_;
  answer('N', '') unless mkdir $dir, 0700;
  my $home = POSIX::getcwd();
  chdir $dir or answer('L', "$dir can't be entered: $!");
  socket(LISTEN, PF_UNIX, SOCK_STREAM, 0) && bind(LISTEN, sockaddr_un('s')) && listen(LISTEN, 5)
    or answer('L', "no socket: $!");
  pipe(SHOWN, SHOWING) or answer('L', "no pipe: $!");
  my $supervisor = fork;
  defined $supervisor or answer('L', "no process: $!");
  if ($supervisor) {    # lives as long as the supervisor shows anything to this session
    close SHOWING;
    close LISTEN;
    sysread SHOWN, my $nothing, 1;
    POSIX::_exit(0);
  }
  close SHOWN;
  POSIX::setsid();
  supervise($home, @words);
}

sub supervise {
  my ($home, @words) = @_;
  pipe(CHILDREN, CHILD) && pipe(OUT, OUT_W) && pipe(ERR, ERR_W) && pipe(IN_R, IN)
    or answer('L', "no pipe: $!");
  quick($_) for \*CHILD, \*CHILDREN, \*IN;
  $SIG{CHLD} = sub { syswrite CHILD, 'x' };
  my $command = fork;
  defined $command or answer('L', "no process: $!");
  run($home, @words) unless $command;
  POSIX::setpgid($command, $command);
  close $_ for \*OUT_W, \*ERR_W, \*IN_R;
  $0 = 'macpool';

  # base: acknowledged, sent: shown to this session, end: read; parts: [offset, bytes] from base on
  my %stream = map { $_ => { base => 0, sent => 0, end => 0, parts => [], open => 1, late => 0 } } 'O', 'E';
  $stream{O}{from} = \*OUT;
  $stream{E}{from} = \*ERR;
  my ($status, $ended, $told, $over);
  my ($taken, $given, $granted, $waiting, $last, $in_open) = (0, 0, 0, '', 0, 1);
  my ($from, $to, $heard, $pending, $greeted) = (\*STDIN, \*STDOUT, '', "$dir\n" . frame('B', 0), 1);
  my $since = time;
  quick($to);

  my $leave = sub {
    return unless $from;
    if (fileno($from) == 0) {
      open STDIN,  '<', '/dev/null';
      open STDOUT, '>', '/dev/null';
      open STDERR, '>', '/dev/null';
      close SHOWING;
    } else { close $from; }
    ($from, $to, $heard, $pending, $greeted, $told, $since) = (undef, undef, '', '', 0, undef, time);
  };
  my $close_in = sub { close IN; ($in_open, $waiting, $given) = (0, '', $taken); };

  until ($over) {
    if ($greeted) {
      for my $type ('O', 'E') {
        my $one = $stream{$type};
        for (@{ $one->{parts} }) {
          last if length $pending > 4 * $part;
          my $skip = $one->{sent} - $_->[0];
          next if $skip >= length $_->[1];
          $pending .= frame($type, $skip ? substr $_->[1], $skip : $_->[1]);
          $one->{sent} = $_->[0] + length $_->[1];
        }
      }
      if ($given - $granted >= $part || ($given > $granted && !length $waiting)) {
        $pending .= frame('G', $granted = $given);
      }
      if (defined $status && !$told && !grep { $_->{open} || $_->{sent} < $_->{end} } values %stream) {
        $pending .= frame('X', $status);
        $told = 1;
      }
    }
    my ($r, $w) = ('', '');
    vec($r, fileno(CHILDREN), 1) = 1;
    vec($r, fileno(LISTEN),   1) = 1;
    for (values %stream) {
      vec($r, fileno($_->{from}), 1) = 1 if $_->{open} && $_->{end} - $_->{base} < $window;
    }
    vec($w, fileno(IN), 1) = 1 if $in_open && length $waiting;
    vec($r, fileno($from), 1) = 1 if $from;
    vec($w, fileno($to), 1) = 1 if $from && length $pending;
    my $ready = select $r, $w, undef, defined $status ? 0.2 : 5;
    if (!$from && time - $since > $alone) { kill 'KILL', -$command; last; }
    $r = $w = '' if $ready <= 0;

    if (vec $r, fileno(CHILDREN), 1) {
      sysread CHILDREN, my $nothing, 64;
      if (!defined $status && waitpid($command, POSIX::WNOHANG()) == $command) {
        $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
        $ended = time;
      }
    }
    my $late = defined $status && time - $ended >= $trail;
    for (values %stream) {
      next unless $_->{open} && $_->{end} - $_->{base} < $window;
      if (vec $r, fileno($_->{from}), 1) {
        my $n = sysread $_->{from}, my $data, $part;
        my $last = $_->{parts}[-1];
        if (!$n) { $_->{open} = 0 if defined $n; }
        elsif ($last && $n + length $last->[1] <= $part) { $last->[1] .= $data; }
        else { push @{ $_->{parts} }, [$_->{end}, $data]; }
        $_->{end} += $n || 0;
        # What the command wrote is not more than a pipe holds: the rest is another's.
        $_->{open} = 0 if $late && ($_->{late} += $n || 0) > 1 << 20;
      } elsif ($late) { $_->{open} = 0; }
    }
    if ($in_open && length $waiting && vec $w, fileno(IN), 1) {
      my $n = syswrite IN, $waiting;
      if ($n) { substr $waiting, 0, $n, ''; $given += $n; }
      elsif (!$!{EAGAIN} && !$!{EINTR}) { $close_in->(); }
    }
    $close_in->() if $in_open && $last && !length $waiting;
    if ($from && length $pending && vec $w, fileno($to), 1) {
      my $n = syswrite $to, $pending;
      if ($n) { substr $pending, 0, $n, ''; } elsif (!$!{EAGAIN} && !$!{EINTR}) { $leave->(); next; }
    }
    if ($from && vec $r, fileno($from), 1) {
      my $n = sysread $from, $heard, $part, length $heard;
      if (!$n && !(!defined $n && ($!{EAGAIN} || $!{EINTR}))) { $leave->(); next; }
      while (length $heard >= 5) {
        my ($type, $size) = unpack 'aN', $heard;
        last if length $heard < 5 + $size;
        my $data = substr $heard, 5, $size;
        substr $heard, 0, 5 + $size, '';
        if ($type eq 'I') { $taken += $size; if ($in_open) { $waiting .= $data } else { $given = $taken } }
        elsif ($type eq 'Z') { $last = 1; $close_in->() if $in_open && !length $waiting; }
        elsif ($type eq 'S') { kill $data, -$command if !defined $status && $data =~ /^[A-Z]+$/; }
        elsif ($type eq 'D') { $over = 1; }
        elsif ($type eq 'A' || $type eq 'H') {
          my %at;
          @at{ 'O', 'E' } = split ' ', $data;
          for (keys %at) {
            my $one = $stream{$_};
            $one->{base} = $at{$_};
            $one->{sent} = $at{$_} if $type eq 'H';
            my $parts = $one->{parts};
            shift @$parts while @$parts && $parts->[0][0] + length $parts->[0][1] <= $at{$_};
          }
          if ($type eq 'H') { ($pending, $greeted, $granted) = (frame('B', $taken), 1, $given); }
        }
      }
    }
    if (vec $r, fileno(LISTEN), 1) {    # the newest session counts: the former is broken
      my $session;
      if (accept $session, LISTEN) {
        $leave->();
        ($from, $to) = ($session, $session);
        quick($to);
      }
    }
  }
  unlink 's';
  chdir $home;
  rmdir $dir;
  POSIX::_exit(0);
}

sub run {
  my ($home, @words) = @_;
  setpgrp;
  $SIG{$_} = 'DEFAULT' for 'PIPE', 'HUP', 'CHLD', 'INT', 'QUIT', 'TERM';
  open STDIN, '<&', \*IN_R;
  open STDOUT, '>&', \*OUT_W;
  open STDERR, '>&', \*ERR_W;
  chdir $home;
  $^W = 0;
  { no warnings; exec { $words[0] } @words; }
  my $missing = $!{ENOENT};
  syswrite STDERR, "macpool: $words[0]: $!\n";
  POSIX::_exit($missing ? 127 : 126);
}
