@NullMarked
package dev.flotilla.raft.session;

import org.jspecify.annotations.NullMarked;
