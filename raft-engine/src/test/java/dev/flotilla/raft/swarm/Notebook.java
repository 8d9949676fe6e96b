package dev.flotilla.raft.swarm;

import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.transport.Bytes;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A state machine that notes every command; the result is how many there are. */
public final class Notebook implements StateMachine<Integer> {
    /** A command on which {@link #apply} throws. */
    public static final String POISON = "poison";

    private List<String> notes = new ArrayList<>();
    private volatile @Nullable CountDownLatch gate;
    private volatile boolean held;
    private final AtomicInteger restores = new AtomicInteger();
    private volatile boolean stopped;
    private volatile boolean broken;

    @Override
    public List<Integer> apply(List<Committed> batch) {
        awaitGate();
        List<Integer> results = new ArrayList<>();
        for (Committed command : batch) {
            String note = command.data().utf8();
            if (note.equals(POISON)) {
                throw new IllegalStateException("a poisoned note");
            }
            if (broken) {
                throw new IllegalStateException("a broken notebook");
            }
            notes.add(note);
            results.add(notes.size());
        }
        return results;
    }

    private void awaitGate() {
        CountDownLatch closedGate = gate;
        if (closedGate != null) {
            try {
                held = true;
                closedGate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Makes {@link #apply} wait until {@code opened}. */
    public void waitFor(CountDownLatch opened) {
        gate = opened;
    }

    /** Whether {@link #apply} came to a gate. */
    public boolean isHeld() {
        return held;
    }

    /** Makes {@link #apply} throw from now on, here alone. */
    public void breakDown() {
        broken = true;
    }

    /** A copy; for queries on the apply thread, or once the group is stopped. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /** How many snapshots were restored. */
    public int restores() {
        return restores.get();
    }

    public boolean isStopped() {
        return stopped;
    }

    @Override
    public long lastApplied() {
        return 0;
    }

    @Override
    public Capture capture() {
        List<String> captured = List.copyOf(notes);
        return out -> {
            DataOutputStream data = new DataOutputStream(out);
            data.writeInt(captured.size());
            for (String note : captured) {
                data.writeUTF(note);
            }
            data.flush();
        };
    }

    @Override
    public void restore(long index, InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(in);
        int size = data.readInt();
        List<String> restored = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            restored.add(data.readUTF());
        }
        notes = restored;
        restores.incrementAndGet();
    }

    @Override
    public Bytes encodeResult(Integer result) {
        return Bytes.utf8(result.toString());
    }

    @Override
    public Integer decodeResult(long index, Bytes encoded) {
        return Integer.valueOf(encoded.utf8());
    }

    @Override
    public void stopped(@Nullable Throwable cause) {
        stopped = true;
    }
}
