/**
 * How a command talks to its daemon: a libp2p stream of the protocol {@code /flotilla/control/1.0.0}, opened by a host
 * whose identity is the operator key. The daemon answers no other identity. One stream carries one request: a JSON
 * object, answered by any number of {@code {"progress":..}} and then one {@code {"result":..}} or {@code {"error":..}}.
 * Each message comes after its length in four bytes, big-endian.
 */
@NullMarked
package dev.flotilla.peer.control;

import org.jspecify.annotations.NullMarked;
