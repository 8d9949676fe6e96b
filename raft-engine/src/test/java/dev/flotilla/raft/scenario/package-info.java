/**
 * Rules of the protocol as text: who is there, what happens, and the messages that must follow. A file of
 * {@code src/test/resources/scenarios} holds one behaviour; {@code -Dscenario.rewrite=true} writes down anew what
 * happens. {@link dev.flotilla.raft.scenario.Scenario} lists the words of the language.
 */
@NullMarked
package dev.flotilla.raft.scenario;

import org.jspecify.annotations.NullMarked;
