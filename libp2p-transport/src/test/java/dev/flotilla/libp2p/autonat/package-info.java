@NullMarked
package dev.flotilla.libp2p.autonat;

import org.jspecify.annotations.NullMarked;
