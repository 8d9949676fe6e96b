/**
 * AutoNAT v2 (libp2p spec, autonat-v2): a peer that wants to know whether others can reach it at an address has a server
 * dial it. The server takes the first address of the request that it is willing and able to dial, if need be asks for some
 * kilobytes first, so that nobody has it dial others for nothing, and over a connection of its own, by another host than
 * the one that was asked, brings back the number that the request named. {@link dev.flotilla.libp2p.autonat.Autonat} asks
 * and takes the dial-backs; {@link dev.flotilla.libp2p.autonat.AutonatService} is the server; {@link
 * dev.flotilla.libp2p.autonat.ReachabilityTracker} makes of the opinions of several servers what the host tells others of
 * its addresses. None is there by default: where all addresses are known nobody needs them.
 */
@NullMarked
package dev.flotilla.libp2p.autonat;

import org.jspecify.annotations.NullMarked;
