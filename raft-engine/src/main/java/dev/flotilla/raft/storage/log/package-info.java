/**
 * The log of a data directory, of whichever kind it is: opened, converted into the other kind, checked without being
 * changed.
 */
@NullMarked
package dev.flotilla.raft.storage.log;

import org.jspecify.annotations.NullMarked;
