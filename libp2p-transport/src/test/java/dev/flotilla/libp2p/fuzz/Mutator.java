package dev.flotilla.libp2p.fuzz;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes inputs out of seeds: a few changes each, the same ones for the same random numbers. */
final class Mutator {
    private static final int CHANGES_MAX = 4;
    private static final int RANDOM_BYTES_MAX = 300;
    private static final byte[] TELLING = {0, 1, 2, 8, 0x0a, 0x12, 0x7f, (byte) 0x80, (byte) 0xff};

    private final Random random;
    private final List<byte[]> seeds;

    Mutator(Random random, List<byte[]> seeds) {
        this.random = random;
        this.seeds = seeds;
    }

    byte[] next() {
        if (random.nextInt(10) == 0) {
            byte[] input = new byte[random.nextInt(RANDOM_BYTES_MAX)];
            random.nextBytes(input);
            return input;
        }
        byte[] input = seed().clone();
        for (int left = 1 + random.nextInt(CHANGES_MAX); left > 0; left--) {
            input = changed(input);
        }
        return input;
    }

    private byte[] seed() {
        return seeds.get(random.nextInt(seeds.size()));
    }

    private byte[] changed(byte[] input) {
        int at = random.nextInt(input.length + 1);
        return switch (random.nextInt(6)) {
            case 0 -> Arrays.copyOf(input, at);
            case 1 -> set(input, at, (byte) random.nextInt());
            case 2 -> set(input, at, TELLING[random.nextInt(TELLING.length)]);
            case 3 -> replaced(input, at, at, repeated()); // something comes in
            case 4 -> replaced(input, at, Math.min(input.length, at + 1 + random.nextInt(8)), new byte[0]);
            default -> replaced(input, at, input.length, tail(seed()));
        };
    }

    private static byte[] set(byte[] input, int at, byte value) {
        if (at < input.length) {
            input[at] = value;
        }
        return input;
    }

    private byte[] repeated() {
        byte[] bytes = new byte[1 + random.nextInt(random.nextInt(20) == 0 ? 5_000 : 8)];
        Arrays.fill(bytes, TELLING[random.nextInt(TELLING.length)]);
        return bytes;
    }

    private byte[] tail(byte[] other) {
        return Arrays.copyOfRange(other, random.nextInt(other.length + 1), other.length);
    }

    private static byte[] replaced(byte[] input, int from, int to, byte[] by) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(input, 0, from);
        out.writeBytes(by);
        out.write(input, to, input.length - to);
        return out.toByteArray();
    }
}
