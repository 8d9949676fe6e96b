package org.example;

import dev.flotilla.raft.machine.StateMachine;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** Adds up the numbers that it is given. */
final class Counter implements StateMachine<Long> {
    private long sum;

    @Override
    public List<Long> apply(List<Committed> batch) {
        List<Long> sums = new ArrayList<>();
        for (Committed each : batch) {
            sum += Long.parseLong(each.data().utf8());
            sums.add(sum);
        }
        return sums;
    }

    @Override
    public long lastApplied() {
        return 0;
    }

    @Override
    public Capture capture() {
        long captured = sum;
        return out -> new DataOutputStream(out).writeLong(captured);
    }

    @Override
    public void restore(long index, InputStream in) throws IOException {
        sum = new DataInputStream(in).readLong();
    }
}
