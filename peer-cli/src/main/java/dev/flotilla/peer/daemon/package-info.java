/**
 * The peer that runs: {@link dev.flotilla.peer.daemon.Daemon} puts host, transport, log and engine together and answers
 * the operator's commands, one {@code Operation} each. What it keeps in its directory beside the log is here too:
 * keys, the names of the communities, the ports that the system chose.
 */
@NullMarked
package dev.flotilla.peer.daemon;

import org.jspecify.annotations.NullMarked;
