package dev.flotilla.benchmark;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.closure.ReadIndexClosure;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.rpc.RaftRpcServerFactory;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotWriter;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** SOFAJRaft over Bolt with its log in RocksDB, which are its defaults. */
final class SofaJraftContender implements Contender {
    private static final String GROUP = "benchmark";
    private static final byte[] NOTHING = {};

    private final List<RaftGroupService> services = new ArrayList<>(); // by group
    private @Nullable RpcServer server;

    @Override
    public void start(Place place, Ledgers ledgers) throws IOException {
        PeerId self = new PeerId("127.0.0.1", place.port());
        RpcServer shared = RaftRpcServerFactory.createAndStartRaftRpcServer(self.getEndpoint());
        server = shared;
        for (int group = 0; group < place.groups(); group++) {
            NodeOptions options = options(place, group, ledgers.of(group));
            RaftGroupService service = new RaftGroupService(GROUP + group, self, options, shared, true);
            services.add(service);
            service.start(false);
        }
    }

    private static NodeOptions options(Place place, int group, Ledger ledger) throws IOException {
        Configuration peers = new Configuration();
        place.ports().forEach(port -> peers.addPeer(new PeerId("127.0.0.1", port)));
        Path directory = Files.createDirectories(place.directory().resolve(GROUP + group));
        NodeOptions options = new NodeOptions();
        options.setInitialConf(peers);
        options.setFsm(new Machine(ledger));
        options.setLogUri(directory.resolve("log").toString());
        options.setSnapshotUri(directory.resolve("snapshots").toString());
        options.setSnapshotIntervalSecs(0); // none but those that are asked for
        options.setRaftMetaUri(directory.resolve("meta").toString());
        options.setRaftOptions(raftOptions());
        return options;
    }

    /** The defaults, but term and vote are flushed too, and RocksDB keeps no statistics. */
    private static RaftOptions raftOptions() {
        RaftOptions options = new RaftOptions();
        options.setSync(true);
        options.setSyncMeta(true);
        options.setOpenStatistics(false);
        return options;
    }

    private Node node(int group) {
        return services.get(group).getRaftNode();
    }

    @Override
    public boolean isLeader(int group) {
        return node(group).isLeader(false);
    }

    @Override
    public boolean follows(int group) {
        PeerId leader = node(group).getLeaderId();
        return leader != null && !leader.isEmpty();
    }

    @Override
    public void propose(int group, byte[] command, Done done) {
        node(group)
                .apply(new Task(
                        ByteBuffer.wrap(command), status -> done.ended(status.isOk() ? null : String.valueOf(status))));
    }

    /** ReadOnlySafe, the default: no lease. */
    @Override
    public void read(Done done) {
        node(0).readIndex(NOTHING, new ReadIndexClosure() {
            @Override
            public void run(Status status, long index, byte[] context) {
                done.ended(status.isOk() ? null : String.valueOf(status));
            }
        });
    }

    @Override
    public void snapshot(Done done) {
        node(0).snapshot(status -> done.ended(status.isOk() ? null : String.valueOf(status)));
    }

    @Override
    public void close() {
        services.forEach(RaftGroupService::shutdown);
        RpcServer present = server;
        if (present != null) {
            present.shutdown();
        }
    }

    /** Applies to the ledger. */
    private static final class Machine extends StateMachineAdapter {
        private static final String SNAPSHOT = "state";
        private static final int BUFFER = 64 << 10;

        private final Ledger ledger;
        private final Ballast ballast = Ballast.ofProcess();

        Machine(Ledger ledger) {
            this.ledger = ledger;
        }

        @Override
        public void onSnapshotSave(SnapshotWriter writer, Closure done) {
            try (OutputStream out =
                    new BufferedOutputStream(Files.newOutputStream(Path.of(writer.getPath(), SNAPSHOT)), BUFFER)) {
                ballast.write(ledger.state(), out);
            } catch (IOException e) {
                done.run(new Status(RaftError.EIO, "%s", e.toString()));
                return;
            }
            done.run(writer.addFile(SNAPSHOT) ? Status.OK() : new Status(RaftError.EIO, "%s", SNAPSHOT));
        }

        @Override
        public boolean onSnapshotLoad(SnapshotReader reader) {
            try (InputStream in =
                    new BufferedInputStream(Files.newInputStream(Path.of(reader.getPath(), SNAPSHOT)), BUFFER)) {
                ballast.read(ledger, in);
                return true;
            } catch (IOException e) {
                return false;
            }
        }

        @Override
        public void onApply(Iterator entries) {
            for (; entries.hasNext(); entries.next()) {
                ledger.apply(entries.getData().duplicate());
                if (entries.done() != null) {
                    entries.done().run(Status.OK());
                }
            }
        }
    }
}
