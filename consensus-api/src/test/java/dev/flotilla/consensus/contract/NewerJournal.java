package dev.flotilla.consensus.contract;

import dev.flotilla.consensus.Codec;
import dev.flotilla.consensus.Op;
import dev.flotilla.transport.Bytes;

/** The second version of the codecs of {@link Journal} and {@link JournalOp}: it marks itself, and knows the first. */
public final class NewerJournal {
    private static final String MARK = "2:";

    private NewerJournal() {}

    public static Codec<Journal> codec() {
        return second(Journal.codec()).after(Journal.codec());
    }

    public static Codec<Op<Journal>> opCodec() {
        return second(JournalOp.codec()).after(JournalOp.codec());
    }

    /** Without the first: of a peer that has dropped it. */
    public static <T> Codec<T> second(Codec<T> first) {
        return Codec.of(
                first.name(),
                first.version() + 1,
                value -> Bytes.utf8(MARK + first.encode(value).utf8()),
                bytes -> first.decode(withoutMark(bytes)));
    }

    private static Bytes withoutMark(Bytes bytes) {
        if (!bytes.utf8().startsWith(MARK)) {
            throw new IllegalArgumentException("not of the second version: " + bytes);
        }
        return bytes.slice(MARK.length(), bytes.size() - MARK.length());
    }
}
