package dev.flotilla.raft.storage.segment;

import java.nio.file.Path;
import java.util.HexFormat;

/** What the files of a log are called. */
record SegmentNames(Path directory) {
    private static final String SUFFIX = ".seg";
    private static final String NAME = "[0-9a-f]{16}\\.seg";
    static final String MANIFEST = "manifest";
    static final String TEMPORARY = ".tmp";

    Path file(long segment) {
        return directory.resolve(HexFormat.of().toHexDigits(segment) + SUFFIX);
    }

    Path temporary(long segment) {
        return directory.resolve(HexFormat.of().toHexDigits(segment) + SUFFIX + TEMPORARY);
    }

    Path spare() {
        return directory.resolve("spare" + SUFFIX + TEMPORARY);
    }

    Path manifest() {
        return directory.resolve(MANIFEST);
    }

    Path temporaryManifest() {
        return directory.resolve(MANIFEST + TEMPORARY);
    }

    static boolean isSegment(String name) {
        return name.matches(NAME);
    }

    static long segment(String name) {
        return HexFormat.fromHexDigitsToLong(name, 0, 16);
    }

    /** For people. */
    String describe(long packedPlace) {
        Place place = Place.of(packedPlace);
        return "file " + file(place.segment()) + " offset " + place.offset();
    }
}
