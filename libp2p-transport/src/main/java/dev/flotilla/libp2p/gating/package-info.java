/**
 * Ready-made connection gating: lists of peers and subnets that may, or may not, connect and be dialled. See {@link
 * dev.flotilla.libp2p.ConnectionGater} for the five points at which they are asked.
 */
@NullMarked
package dev.flotilla.libp2p.gating;

import org.jspecify.annotations.NullMarked;
