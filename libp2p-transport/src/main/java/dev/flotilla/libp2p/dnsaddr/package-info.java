/**
 * Addresses that stand in the DNS (multiformats, dnsaddr): {@code /dnsaddr/NAME[/p2p/ID]} means whatever the TXT records of
 * {@code _dnsaddr.NAME} say, each as {@code dnsaddr=MULTIADDR}. {@link dev.flotilla.libp2p.dnsaddr.DnsaddrResolver}
 * follows them, {@link dev.flotilla.libp2p.dnsaddr.TxtRecords} asks for them.
 */
@NullMarked
package dev.flotilla.libp2p.dnsaddr;

import org.jspecify.annotations.NullMarked;
