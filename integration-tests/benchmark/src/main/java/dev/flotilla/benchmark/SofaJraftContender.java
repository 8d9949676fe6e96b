package dev.flotilla.benchmark;

import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.closure.ReadIndexClosure;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.rpc.RaftRpcServerFactory;
import com.alipay.sofa.jraft.rpc.RpcServer;
import java.io.IOException;
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
    public void close() {
        services.forEach(RaftGroupService::shutdown);
        RpcServer present = server;
        if (present != null) {
            present.shutdown();
        }
    }

    /** Applies to the ledger. */
    private static final class Machine extends StateMachineAdapter {
        private final Ledger ledger;

        Machine(Ledger ledger) {
            this.ledger = ledger;
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
