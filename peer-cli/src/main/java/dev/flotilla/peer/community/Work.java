package dev.flotilla.peer.community;

import dev.flotilla.peer.community.Trees.CannotApplyException;
import jakarta.json.JsonValue;

/**
 * What one patch has gone through so far: the bytes of each value that it copied, moved, tested or took away, and the
 * members and elements of each object and array that it changed, since that is copied. Few bytes of a patch can ask for
 * much: without a bound, one patch would hold up every member for minutes. All is counted from the document and the
 * patch alone, so that every member comes to the same.
 */
final class Work {
    private final long max;
    private long done;

    /** @param max of what the patch goes through; the same on all members */
    Work(long max) {
        this.max = max;
    }

    /** Counts {@code more}. */
    void add(long more) throws CannotApplyException {
        done += more;
        if (done > max) {
            throw new CannotApplyException("the patch goes through more than " + max
                    + " bytes and elements of the document; split it into several patches");
        }
    }

    /** Counts a whole value and tells how much it is. */
    Weight weigh(JsonValue value) throws CannotApplyException {
        Weight weight = Weight.of(value);
        add(weight.bytes());
        return weight;
    }
}
