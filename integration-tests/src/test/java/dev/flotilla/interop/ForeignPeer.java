package dev.flotilla.interop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flotilla.libp2p.Multiaddr;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** A peer of another implementation as a process. Its arguments and commands stand in {@code src/test/peers/README.md}. */
final class ForeignPeer implements Side {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ANSWER_SECONDS = 150;
    private static final int END_SECONDS = 5;

    private final Process process;
    private final Writer commands;
    private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final String implementation;
    private final String peerId;
    private final List<Multiaddr> addresses;

    /** Starts {@code program}, and waits until it listens. */
    ForeignPeer(PeerProgram.Command program, List<String> arguments) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(program.words());
        words.addAll(arguments);
        process = new ProcessBuilder(words)
                .directory(program.directory().toFile())
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        PeerProgram.BUILT.resolve("peers.log").toFile()))
                .start();
        commands = process.outputWriter(StandardCharsets.UTF_8);
        Thread reader = new Thread(this::readAnswers, "foreign-peer-output");
        reader.setDaemon(true);
        reader.start();
        JsonNode hello = answer("its first line");
        implementation = hello.get("implementation").asText();
        peerId = hello.get("peerId").asText();
        addresses = texts(hello.get("addresses")).stream().map(Multiaddr::parse).toList();
    }

    /** Started with {@code arguments}, or what is missing for it is said; see {@link Programs}. */
    static ForeignPeer start(Implementation implementation, String... arguments)
            throws IOException, InterruptedException {
        ForeignPeer peer = new ForeignPeer(Programs.of(implementation), List.of(arguments));
        Matrix.version(implementation, peer.implementation());
        return peer;
    }

    private void readAnswers() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answers.add(line);
            }
            answers.add("{\"error\":\"the process has ended\"}");
        } catch (IOException e) {
            answers.add("{\"error\":\"its output broke\"}");
        }
    }

    private JsonNode answer(String to) throws IOException, InterruptedException {
        String line = answers.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
        if (line == null) {
            throw new IOException("no answer within " + ANSWER_SECONDS + " s: " + to);
        }
        JsonNode answer = JSON.readTree(line);
        if (answer.has("error")) {
            throw new IOException(to + ": " + answer.get("error").asText());
        }
        return answer;
    }

    private JsonNode run(String command, Map<String, ?> more) throws IOException, InterruptedException {
        Map<String, Object> request = new TreeMap<>(more);
        request.put("command", command);
        commands.write(JSON.writeValueAsString(request) + "\n");
        commands.flush();
        return answer(command).get("ok");
    }

    private JsonNode run(String command, Multiaddr target) throws IOException, InterruptedException {
        return run(command, Map.of("address", target.toString()));
    }

    private static List<String> texts(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    @Override
    public String implementation() {
        return implementation;
    }

    @Override
    public String peerId() {
        return peerId;
    }

    @Override
    public List<Multiaddr> addresses() {
        return addresses;
    }

    @Override
    public String connect(Multiaddr address) throws IOException, InterruptedException {
        return run("connect", address).get("peerId").asText();
    }

    @Override
    public Identity identify(Multiaddr address) throws IOException, InterruptedException {
        JsonNode told = run("identify", address);
        @Nullable JsonNode observed = told.get("observedAddr");
        return new Identity(
                told.get("peerId").asText(),
                told.get("agentVersion").asText(),
                texts(told.get("protocols")),
                texts(told.get("listenAddrs")),
                observed == null ? null : observed.asText());
    }

    @Override
    public void ping(Multiaddr address) throws IOException, InterruptedException {
        run("ping", address);
    }

    @Override
    public Digests echo(Multiaddr address, int bytes) throws IOException, InterruptedException {
        JsonNode result = run("echo", Map.of("address", address.toString(), "bytes", bytes));
        return new Digests(
                result.get("sent").asText(),
                result.get("received").asText(),
                result.get("bytes").asLong());
    }

    @Override
    public void streams(Multiaddr address, int count, boolean parallel) throws IOException, InterruptedException {
        run("streams", Map.of("address", address.toString(), "count", count, "parallel", parallel));
    }

    @Override
    public void reset(Multiaddr address) throws IOException, InterruptedException {
        run("reset", address);
    }

    @Override
    public boolean beReset(Multiaddr address) throws IOException, InterruptedException {
        return run("bereset", address).get("reset").asBoolean();
    }

    @Override
    public Digests halfClose(Multiaddr address, int bytes) throws IOException, InterruptedException {
        JsonNode result = run("halfclose", Map.of("address", address.toString(), "bytes", bytes));
        return new Digests(result.get("sent").asText(), result.get("received").asText(), bytes);
    }

    @Override
    public void disconnect(Multiaddr address) throws IOException, InterruptedException {
        run("disconnect", address);
    }

    @Override
    public int resets() throws IOException, InterruptedException {
        return run("resets", Map.of()).get("count").asInt();
    }

    /** Reserves a slot on a relay and gives the addresses that lead through it. */
    List<Multiaddr> reserve(Multiaddr relay) throws IOException, InterruptedException {
        return texts(run("reserve", relay).get("addresses")).stream()
                .map(Multiaddr::parse)
                .toList();
    }

    /** Whether it is reachable where it listens, as {@code server} found out for it by AutoNAT v2. */
    boolean isReachable(Multiaddr server) throws IOException, InterruptedException {
        return run("reachable", server).get("reachable").asBoolean();
    }

    /** Connects anew so many times, and tells the seconds that it took. */
    double handshakes(Multiaddr address, int count) throws IOException, InterruptedException {
        return seconds(run("handshakes", Map.of("address", address.toString(), "count", count)));
    }

    /** Sends {@code bytes} over each of {@code streams} at once, and tells the seconds until the other side had them. */
    double upload(Multiaddr address, long bytes, int streams) throws IOException, InterruptedException {
        return seconds(run("upload", Map.of("address", address.toString(), "bytes", bytes, "count", streams)));
    }

    /** The median of so many round trips over one stream, in seconds. */
    double trips(Multiaddr address, int count) throws IOException, InterruptedException {
        return seconds(run("trips", Map.of("address", address.toString(), "count", count)));
    }

    /** How many bytes others have uploaded to it. */
    long received() throws IOException, InterruptedException {
        return run("received", Map.of()).get("count").asLong();
    }

    private static double seconds(JsonNode answer) {
        return answer.get("micros").asDouble() / 1e6;
    }

    /** The processor time that it has used. */
    Duration cpu() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    /** Ends it by SIGKILL. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() throws IOException {
        commands.close(); // it ends with its input
        process.onExit()
                .orTimeout(END_SECONDS, TimeUnit.SECONDS)
                .exceptionally(late -> process.destroyForcibly())
                .join();
    }
}
