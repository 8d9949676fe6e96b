package dev.flotilla.libp2p.fuzz;

import java.util.List;

/**
 * A decoder of bytes from outside, to be fed with anything. Beside this, each target has a static {@code
 * fuzzerTestOneInput(byte[])}, by which Jazzer finds it.
 */
public interface FuzzTarget {
    /** Inputs that make sense, to be changed a little. */
    List<byte[]> seeds();

    /**
     * Decodes {@code input}. A refusal that the decoder is allowed ends it quietly; anything else that is thrown, such as a
     * promise about what was read that does not hold, is a finding.
     */
    void run(byte[] input) throws Exception;
}
