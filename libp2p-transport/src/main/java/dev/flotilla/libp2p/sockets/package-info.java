/** What of the system the sockets of this host are made with. */
@NullMarked
package dev.flotilla.libp2p.sockets;

import org.jspecify.annotations.NullMarked;
