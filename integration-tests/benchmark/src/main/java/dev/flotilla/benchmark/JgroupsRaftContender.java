package dev.flotilla.benchmark;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jgroups.JChannel;
import org.jgroups.protocols.raft.RAFT;
import org.jgroups.raft.RaftHandle;
import org.jgroups.raft.StateMachine;
import org.jspecify.annotations.Nullable;

/** jgroups-raft over TCP with its log in a file: the stack of {@code jgroups-raft.xml}, with fsync. */
final class JgroupsRaftContender implements Contender {
    private static final String STACK = "jgroups-raft.xml";
    private static final byte[] READ = {'r'}; // shorter than any command, and given to the state machine like one

    private @Nullable JChannel channel;
    private @Nullable RaftHandle handle;

    @Override
    public void start(Place place, Ledgers ledgers) throws Exception {
        System.setProperty("benchmark.jgroups.port", String.valueOf(place.port()));
        System.setProperty(
                "benchmark.jgroups.hosts",
                place.ports().stream().map(port -> "127.0.0.1[" + port + "]").collect(Collectors.joining(",")));
        JChannel made;
        try (InputStream stack = Objects.requireNonNull(getClass().getResourceAsStream(STACK), STACK)) {
            made = new JChannel(stack);
        }
        channel = made.name(name(place.number()));
        RAFT raft = made.getProtocolStack().findProtocol(RAFT.class);
        raft.raftId(name(place.number()))
                .members(names(place.ports().size()))
                .logDir(place.directory().toString())
                .logUseFsync(true)
                .maxLogSize(Long.MAX_VALUE);
        handle = new RaftHandle(made, new Machine(ledgers.of(0)));
        made.connect("benchmark");
    }

    private static String name(int number) {
        return String.valueOf((char) ('A' + number));
    }

    private static List<String> names(int count) {
        return IntStream.range(0, count).mapToObj(JgroupsRaftContender::name).toList();
    }

    private RaftHandle handle() {
        RaftHandle present = handle;
        if (present == null) {
            throw new IllegalStateException("not started");
        }
        return present;
    }

    @Override
    public boolean isLeader(int group) {
        return handle().isLeader();
    }

    @Override
    public boolean follows(int group) {
        return handle().leader() != null;
    }

    @Override
    public void propose(int group, byte[] command, Done done) {
        try {
            var unused = handle().setAsync(command, 0, command.length)
                    .whenComplete((result, failure) -> done.ended(failure == null ? null : failure.toString()));
        } catch (Exception e) {
            done.ended(e.toString());
        }
    }

    /** Does on a follower what REDIRECT does: asks the leader. */
    @Override
    public void read(Done done) {
        try {
            var unused = handle().getAsync(READ, 0, READ.length)
                    .whenComplete((result, failure) -> done.ended(failure == null ? null : failure.toString()));
        } catch (Exception e) {
            done.ended(e.toString());
        }
    }

    @Override
    public void close() throws IOException {
        JChannel present = channel;
        if (present != null) {
            present.close();
        }
    }

    /** Applies to the ledger. */
    private static final class Machine implements StateMachine {
        private static final byte[] NOTHING = {};

        private final Ledger ledger;

        Machine(Ledger ledger) {
            this.ledger = ledger;
        }

        @Override
        public byte[] apply(byte[] data, int offset, int length, boolean serializeResponse) {
            if (length > READ.length) {
                ledger.apply(data, offset, length);
            }
            return NOTHING;
        }

        @Override
        public void readContentFrom(DataInput in) throws Exception {
            ledger.readFrom(in);
        }

        @Override
        public void writeContentTo(DataOutput out) throws Exception {
            ledger.state().writeTo(out);
        }
    }
}
