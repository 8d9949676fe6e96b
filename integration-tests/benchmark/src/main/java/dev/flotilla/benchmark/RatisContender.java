package dev.flotilla.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.storage.RaftStorage.StartupOption;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;

/** Apache Ratis over gRPC with its segmented log, which are its defaults, but for longer time-outs. */
final class RatisContender implements Contender {
    private static final int ID_BYTES = 16;

    private final ClientId client = ClientId.randomId();
    /** Tells of the end of reads: Ratis does so under a lock that its next read would wait for. */
    private final ExecutorService told = Executors.newSingleThreadExecutor();

    private final AtomicLong calls = new AtomicLong();
    private List<RaftGroupId> groups = List.of();
    private @Nullable RaftServer server;

    @Override
    public void start(Place place, Ledgers ledgers) throws IOException {
        List<RaftPeer> peers = IntStream.range(0, place.ports().size())
                .mapToObj(i -> RaftPeer.newBuilder()
                        .setId("peer-" + i)
                        .setAddress("127.0.0.1:" + place.ports().get(i))
                        .build())
                .toList();
        Path directory = place.directory();
        groups = IntStream.range(0, place.groups()).mapToObj(RatisContender::id).toList();
        boolean isNew = !Files.exists(directory.resolve(groups.get(0).getUuid().toString()));
        RaftServer made = RaftServer.newBuilder()
                .setServerId(peers.get(place.number()).getId())
                .setGroup(RaftGroup.valueOf(groups.get(0), peers))
                .setProperties(properties(place))
                .setStateMachineRegistry(id -> new Machine(ledgers.of(groups.indexOf(id))))
                .setOption(isNew ? StartupOption.FORMAT : StartupOption.RECOVER)
                .build();
        server = made;
        made.start();
        if (isNew) {
            for (RaftGroupId group : groups.subList(1, groups.size())) {
                made.groupManagement(GroupManagementRequest.newAdd(
                        client, made.getId(), calls.incrementAndGet(), RaftGroup.valueOf(group, peers)));
            }
        }
    }

    private static RaftGroupId id(int group) {
        return RaftGroupId.valueOf(UUID.nameUUIDFromBytes(
                ByteBuffer.allocate(ID_BYTES).putInt(group).array()));
    }

    private static RaftProperties properties(Place place) {
        RaftProperties properties = new RaftProperties();
        RaftConfigKeys.Rpc.setType(properties, SupportedRpcType.GRPC);
        GrpcConfigKeys.Server.setPort(properties, place.port());
        RaftServerConfigKeys.setStorageDir(properties, List.of(place.directory().toFile()));
        if (place.patient()) { // with its 150 to 300 ms it loses its leader under load
            RaftServerConfigKeys.Rpc.setTimeoutMin(properties, TimeDuration.valueOf(2, TimeUnit.SECONDS));
            RaftServerConfigKeys.Rpc.setTimeoutMax(properties, TimeDuration.valueOf(4, TimeUnit.SECONDS));
            RaftServerConfigKeys.Rpc.setRequestTimeout(properties, TimeDuration.valueOf(30, TimeUnit.SECONDS));
        }
        RaftServerConfigKeys.Read.setOption(properties, RaftServerConfigKeys.Read.Option.LINEARIZABLE);
        return properties;
    }

    private RaftServer server() {
        RaftServer present = server;
        if (present == null) {
            throw new IllegalStateException("not started");
        }
        return present;
    }

    @Override
    public boolean isLeader(int group) {
        try {
            return server().getDivision(groups.get(group)).getInfo().isLeaderReady();
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public boolean follows(int group) {
        try {
            return server().getDivision(groups.get(group)).getInfo().getLeaderId() != null;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void propose(int group, byte[] command, Done done) {
        submit(
                groups.get(group),
                Message.valueOf(UnsafeByteOperations.unsafeWrap(command)),
                RaftClientRequest.writeRequestType(),
                Runnable::run,
                done);
    }

    @Override
    public void read(Done done) {
        submit(groups.get(0), Message.EMPTY, RaftClientRequest.readRequestType(), told, done);
    }

    private void submit(RaftGroupId group, Message message, RaftClientRequest.Type type, Executor executor, Done done) {
        RaftClientRequest request = RaftClientRequest.newBuilder()
                .setClientId(client)
                .setServerId(server().getId())
                .setGroupId(group)
                .setCallId(calls.incrementAndGet())
                .setMessage(message)
                .setType(type)
                .build();
        try {
            var unused = server().submitClientRequestAsync(request)
                    .whenCompleteAsync((reply, failure) -> done.ended(failureOf(reply, failure)), executor);
        } catch (IOException e) {
            done.ended(e.toString());
        }
    }

    private static @Nullable String failureOf(RaftClientReply reply, @Nullable Throwable failure) {
        if (failure != null) {
            return failure.toString();
        }
        return reply.isSuccess() ? null : String.valueOf(reply.getException());
    }

    @Override
    public void close() throws IOException {
        told.shutdown();
        RaftServer present = server;
        if (present != null) {
            present.close();
        }
    }

    /** Applies to the ledger. */
    private static final class Machine extends BaseStateMachine {
        private static final CompletableFuture<Message> NOTHING = CompletableFuture.completedFuture(Message.EMPTY);

        private final Ledger ledger;

        Machine(Ledger ledger) {
            this.ledger = ledger;
        }

        @Override
        public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
            LogEntryProto entry = transaction.getLogEntry();
            ledger.apply(entry.getStateMachineLogEntry().getLogData().asReadOnlyByteBuffer());
            updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
            return NOTHING;
        }

        @Override
        public CompletableFuture<Message> query(Message request) {
            return NOTHING;
        }
    }
}
