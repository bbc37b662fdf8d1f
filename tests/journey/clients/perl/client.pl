#!/usr/bin/perl
# Net::SMPP as an application: three texts, one text in two parts, a receipt for each.
#
# client.pl HOST PORT SYSTEM_ID PASSWORD DESTINATION prints the id of every message whose receipt says
# DELIVRD, and ends with 0 when none is missing.
use strict;
use warnings;

use Net::SMPP;

my ($host, $port, $system_id, $password, $destination) = @ARGV;
my $udhi = 0x40;

$SIG{ALRM} = sub { die "in vain\n" };
alarm 30;

my ($smpp, $bound) = Net::SMPP->new_transceiver(
    $host, port => $port, system_id => $system_id, password => $password) or die "no connection\n";
die "bind refused with $bound->{status}\n" if $bound->{status};

my $unanswered = 0;
sub submit {
    my ($text, $esm_class) = @_;
    $smpp->submit_sm(
        async => 1, source_addr_ton => 5, source_addr => 'ACME', dest_addr_ton => 1,
        destination_addr => $destination, esm_class => $esm_class, registered_delivery => 1,
        short_message => $text) or die "cannot submit\n";
    $unanswered++;
}

submit($_, 0) for qw(one two three);
my @parts = ('The first half of a long text, ', 'and its second half.');
submit(pack('C6', 5, 0, 3, 77, scalar @parts, $_ + 1) . $parts[$_], $udhi) for 0 .. $#parts;

my (%submitted, %delivered);
while ($unanswered || grep { !$delivered{$_} } keys %submitted) {
    my $pdu = $smpp->read_pdu() or die "the connection ended\n";
    if ($pdu->{cmd} == 0x80000004) {
        die "refused with $pdu->{status}\n" if $pdu->{status};
        $submitted{$pdu->{message_id}} = 1;
        $unanswered--;
    } elsif ($pdu->{cmd} == 0x00000005) {
        $smpp->deliver_sm_resp(seq => $pdu->{seq}, message_id => '');
        die "not a receipt\n" unless ($pdu->{esm_class} & 0x3C) == 0x04;
        die "not delivered: $pdu->{short_message}\n" unless $pdu->{short_message} =~ /stat:DELIVRD/;
        my ($id) = $pdu->{short_message} =~ /id:(\S+)/;
        $delivered{$id} = 1;
    } elsif ($pdu->{cmd} == 0x00000015) {
        $smpp->enquire_link_resp(seq => $pdu->{seq});
    } else {
        die sprintf "an unexpected %08x\n", $pdu->{cmd};
    }
}
for my $id (keys %delivered) {
    die "a receipt for nothing\n" unless $submitted{$id};
    print "$id\n";
}
$smpp->unbind() or die "unbind was not answered\n";
