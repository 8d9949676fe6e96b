/**
 * Private networks (libp2p spec, pnet): peers that share a key of 32 bytes cipher all that they send by XSalsa20, below
 * everything else, so that others do not even come to speak multistream-select with them. It authenticates nobody; that
 * remains the security protocol's part.
 */
@NullMarked
package dev.flotilla.libp2p.pnet;

import org.jspecify.annotations.NullMarked;
