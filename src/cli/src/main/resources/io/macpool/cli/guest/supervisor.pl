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
my $head   = 5;          # bytes of a frame before its data
my $part   = 65531;      # bytes of its data, at most: with the head it fills a pipe
my $ahead  = 2 * $part;  # bytes of each stream that are read while the session is to take others
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

  # base: acknowledged, sent: shown to this session, end: read; parts: [offset, bytes] from base on,
  # behind room for a frame's head: so most are shown as they were read, and copied nowhere
  my @streams = map {
    { type => $_->[0], from => $_->[1], fd => fileno $_->[1], base => 0, sent => 0, end => 0,
      parts => [], open => 1, late => 0 }
  } ['O', \*OUT], ['E', \*ERR];
  my ($children, $listen) = (fileno CHILDREN, fileno LISTEN);
  my ($status, $ended, $told, $over);
  my ($taken, $given, $granted, $waiting, $last, $in_open) = (0, 0, 0, '', 0, 1);
  my ($from, $to, $heard, $pending, $greeted) = (\*STDIN, \*STDOUT, '', "$dir\n" . frame('B', 0), 1);
  my ($showing, $shown, $moved);    # what is on its way to the session, what of it is gone, since when
  my $since = $moved = time;
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
    $showing = undef;
  };
  my $close_in = sub { close IN; ($in_open, $waiting, $given) = (0, '', $taken); };

  my $next = sub {    # what the session is to have now, if anything
    if ($given - $granted >= $part || ($given > $granted && !length $waiting)) {
      $pending .= frame('G', $granted = $given);
    }
    if (length $pending) {
      my $frames = $pending;
      ($showing, $shown, $pending) = (\$frames, 0, '');
      return;
    }
    for my $one (@streams) {
      next if $one->{sent} == $one->{end};
      for my $each (@{ $one->{parts} }) {
        my ($at, $bytes) = @$each;
        my $size = length($$bytes) - $head;
        my $skip = $one->{sent} - $at;
        next if $skip >= $size;
        if ($skip) { $showing = \frame($one->{type}, substr $$bytes, $head + $skip); }
        else { substr $$bytes, 0, $head, pack 'aN', $one->{type}, $size; $showing = $bytes; }
        ($shown, $one->{sent}) = (0, $at + $size);
        last;
      }
      @streams = reverse @streams;    # the other one is first then
      return;
    }
    if (defined $status && !$told && !grep { $_->{open} } @streams) {
      ($showing, $shown, $told) = (\frame('X', $status), 0, 1);
    }
  };

  until ($over) {
    $next->() if $greeted && !$showing;
    my ($r, $w) = ('', '');
    vec($r, $children, 1) = 1;
    vec($r, $listen,   1) = 1;
    # A session that takes nothing may be broken: the command goes on then, as without one.
    my $most = $from && time - $moved < 2 ? $ahead : $window;
    my @wanted = grep { $_->{open} && $_->{end} - $_->{base} < $window && $_->{end} - $_->{sent} < $most } @streams;
    vec($r, $_->{fd}, 1) = 1 for @wanted;
    vec($w, fileno(IN), 1) = 1 if $in_open && length $waiting;
    vec($r, fileno($from), 1) = 1 if $from;
    vec($w, fileno($to), 1) = 1 if $showing;
    my $ready = select $r, $w, undef, defined $status ? 0.2 : $showing ? 2 : 5;
    if (!$from && time - $since > $alone) { kill 'KILL', -$command; last; }
    $r = $w = '' if $ready <= 0;

    if (vec $r, $children, 1) {
      sysread CHILDREN, my $nothing, 64;
      if (!defined $status && waitpid($command, POSIX::WNOHANG()) == $command) {
        $status = $? & 127 ? 128 + ($? & 127) : $? >> 8;
        $ended = time;
      }
    }
    my $late = defined $status && time - $ended >= $trail;
    for (@wanted) {
      if (vec $r, $_->{fd}, 1) {
        my $last = $_->{parts}[-1];
        my $bytes = $last && $last->[1];
        if (!$last || $showing && $showing == $bytes || length $$bytes > $part / 2) {
          my $new = "\0" x $head;
          $bytes = \$new;
          $last = undef;
        }
        my $n = sysread $_->{from}, $$bytes, $part + $head - length $$bytes, length $$bytes;
        if ($n) { push @{ $_->{parts} }, [$_->{end}, $bytes] unless $last; $_->{end} += $n; }
        elsif (defined $n) { $_->{open} = 0; }
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
    if ($showing && vec $w, fileno($to), 1) {
      my $n = syswrite $to, $$showing, length($$showing) - $shown, $shown;
      if ($n) {
        ($shown, $moved) = ($shown + $n, time);
        $showing = undef if $shown == length $$showing;
      } elsif (!$!{EAGAIN} && !$!{EINTR}) { $leave->(); next; }
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
          for (@streams) {
            my $at = $_->{base} = $at{ $_->{type} };
            $_->{sent} = $at if $type eq 'H';
            my $parts = $_->{parts};
            shift @$parts while @$parts && $parts->[0][0] + length(${ $parts->[0][1] }) - $head <= $at;
          }
          if ($type eq 'H') { ($pending, $greeted, $granted, $moved) = (frame('B', $taken), 1, $given, time); }
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
