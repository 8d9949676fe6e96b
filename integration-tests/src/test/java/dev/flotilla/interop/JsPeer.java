package dev.flotilla.interop;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.flotilla.libp2p.Multiaddr;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A js-libp2p peer as a process; its commands stand in peer.mjs. */
final class JsPeer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ANSWER_SECONDS = 60;

    private final Process process;
    private final Writer commands;
    private final LinkedBlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final Multiaddr address;

    /** Starts {@code directory/peer.mjs}, whose packages are installed beside it. */
    JsPeer(Path directory) throws IOException, InterruptedException {
        process = new ProcessBuilder("node", "peer.mjs")
                .directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        commands = process.outputWriter(StandardCharsets.UTF_8);
        Thread reader = new Thread(this::readAnswers, "js-peer-output");
        reader.setDaemon(true);
        reader.start();
        address = Multiaddr.parse(answer().get("addresses").get(0).asText());
    }

    private void readAnswers() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answers.add(line);
            }
        } catch (IOException e) {
            answers.add("{\"error\":\"its output broke\"}");
        }
    }

    private JsonNode answer() throws IOException, InterruptedException {
        String line = answers.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
        if (line == null) {
            throw new IOException("the js peer said nothing for " + ANSWER_SECONDS + " s");
        }
        return JSON.readTree(line);
    }

    /** Where it listens, with its peer id. */
    Multiaddr address() {
        return address;
    }

    /** Lets it do something to the peer at {@code address} and gives the result. */
    JsonNode run(String command, Multiaddr target, int bytes) throws IOException, InterruptedException {
        commands.write(JSON.writeValueAsString(Map.of("command", command, "address", target.toString(), "bytes", bytes))
                + "\n");
        commands.flush();
        JsonNode answer = answer();
        assertThat(answer.has("ok")).as("%s said %s", command, answer).isTrue();
        return answer.get("ok");
    }

    @Override
    public void close() throws IOException {
        commands.close(); // it ends with its input
        process.onExit()
                .orTimeout(5, TimeUnit.SECONDS)
                .exceptionally(late -> process.destroyForcibly())
                .join();
    }
}
