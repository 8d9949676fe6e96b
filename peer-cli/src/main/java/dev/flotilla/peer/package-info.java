/** The {@code flotilla} command. {@link dev.flotilla.peer.Flotilla} starts it; each subcommand is a class of its own. */
@NullMarked
package dev.flotilla.peer;

import org.jspecify.annotations.NullMarked;
