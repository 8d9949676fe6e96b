package dev.flotilla.peer.community;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.flotilla.peer.community.Trees.CannotApplyException;
import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.transport.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A community's document as a state machine in memory: {@link DocumentCommand}s in, {@link Verdict}s out. */
public final class DocumentMachine implements StateMachine<Verdict> {
    private static final int SNAPSHOT_FORMAT = 1;
    private static final String CHANGED = "changed";
    private static final int REASON_CHARS_MAX = (RESULT_BYTES_MAX - 16) / 3; // in UTF-8, beside the operation's number

    private final ChangeFeed feed = new ChangeFeed();
    private State state = new State(Document.EMPTY, 0);

    /**
     * What a snapshot holds.
     *
     * @param changes how many patches have changed the document since the community began
     */
    private record State(Document document, long changes) {}

    /** The document. To be called where {@link dev.flotilla.raft.RaftGroup#read} runs its query. */
    public JsonNode document() {
        return state.document().root();
    }

    /** Tells of each change from now on. */
    public ChangeFeed feed() {
        return feed;
    }

    @Override
    public List<Verdict> apply(List<Committed> batch) {
        List<Verdict> verdicts = new ArrayList<>(batch.size());
        for (Committed command : batch) {
            verdicts.add(apply(command.index(), command.data()));
        }
        return verdicts;
    }

    private Verdict apply(long index, Bytes command) {
        try {
            JsonNode patch = DocumentCommand.patch(command);
            Document changed = JsonPatch.parse(patch).applyTo(state.document());
            state = new State(changed, state.changes() + 1);
            feed.changed(index, state.changes(), patch, command.size());
            return new Verdict.Changed(index);
        } catch (PatchException e) {
            return new Verdict.Refused(index, e.operation(), e.reason());
        } catch (IllegalArgumentException e) {
            return new Verdict.Refused(index, -1, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public long lastApplied() {
        return 0;
    }

    @Override
    public Capture capture() {
        State captured = state;
        return out -> {
            ObjectNode snapshot = Json.object();
            snapshot.put("format", SNAPSHOT_FORMAT);
            snapshot.put("changes", captured.changes());
            snapshot.set("document", captured.document().root());
            out.write(Json.bytes(snapshot).toByteArray());
        };
    }

    @Override
    public void restore(long index, InputStream in) throws IOException {
        try {
            JsonNode snapshot = Json.read(in);
            JsonNode document = snapshot.get("document");
            if (snapshot.path("format").asInt() != SNAPSHOT_FORMAT || document == null) {
                throw new IOException("the snapshot at index " + index + " has a format that this version cannot read");
            }
            state = new State(Document.of(document), snapshot.path("changes").asLong());
        } catch (IllegalArgumentException | CannotApplyException e) {
            throw new IOException("the snapshot at index " + index + " is damaged: " + e.getMessage(), e);
        }
        feed.jumped(state.changes());
    }

    /** {@code changed}; or the number of the operation that was refused, a line feed, and as much of the reason as fits. */
    @Override
    public Bytes encodeResult(Verdict verdict) {
        if (verdict instanceof Verdict.Changed) {
            return Bytes.utf8(CHANGED);
        } else if (verdict instanceof Verdict.Refused refused) {
            String reason = refused.reason();
            int shown = Math.min(reason.length(), REASON_CHARS_MAX);
            return Bytes.utf8(refused.operation() + "\n" + reason.substring(0, shown));
        }
        throw new AssertionError("unhandled verdict: " + verdict);
    }

    @Override
    public Verdict decodeResult(long index, Bytes encoded) {
        String text = encoded.utf8();
        if (text.equals(CHANGED)) {
            return new Verdict.Changed(index);
        }
        int end = text.indexOf('\n');
        if (end < 0) {
            throw new IllegalArgumentException("not a verdict that was kept: " + encoded);
        }
        return new Verdict.Refused(index, Integer.parseInt(text.substring(0, end)), text.substring(end + 1));
    }

    @Override
    public void stopped(@Nullable Throwable cause) {
        feed.close();
    }
}
