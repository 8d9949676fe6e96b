/**
 * Ports of the router that lead to this host: by UPnP, NAT-PMP (RFC 6886) or PCP (RFC 6887), whichever the router speaks.
 * {@link dev.flotilla.libp2p.portmapping.PortMapping} keeps them and has the host advertise them;
 * {@link dev.flotilla.libp2p.portmapping.Routers} is the way to the library that speaks with routers.
 */
@NullMarked
package dev.flotilla.libp2p.portmapping;

import org.jspecify.annotations.NullMarked;
