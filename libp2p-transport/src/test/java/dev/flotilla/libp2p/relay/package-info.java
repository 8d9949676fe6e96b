@NullMarked
package dev.flotilla.libp2p.relay;

import org.jspecify.annotations.NullMarked;
