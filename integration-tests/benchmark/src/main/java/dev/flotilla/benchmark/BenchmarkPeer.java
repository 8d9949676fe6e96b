package dev.flotilla.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * One peer of one contender, as a process of its own. Says {@code starts} and, once it takes part, {@code ready}, then reads
 * one command a line and answers in lines of JSON that begin with {@link #MARK}: {@code leader} whether it leads the first group, {@code
 * follows} whether that has one, {@code leads} how many groups it leads, {@code ledger} what it has applied, {@code load JSON} with {@code begins}, the {@link Load.Outcome} and {@code ended}, {@code
 * write} and {@code snapshot} with {@link #DONE} or what went wrong, {@code copy PEER BYTES} with
 * seconds. Ends with its input.
 */
final class BenchmarkPeer {
    static final String DONE = "done";
    static final String MARK = "="; // libraries print, too
    static final ObjectMapper JSON = new ObjectMapper();

    private static final int COMMAND_BYTES = 16;
    private static final int WRITE_SECONDS_MAX = 2;
    private static final int SNAPSHOT_SECONDS_MAX = 50;

    private final Contender contender;
    private final Ledgers ledgers;

    private BenchmarkPeer(Contender contender, Ledgers ledgers) {
        this.contender = contender;
        this.ledgers = ledgers;
    }

    /**
     * Runs until the input ends.
     *
     * @param arguments the library, this peer's directory, its number, the ports of all with commas between them,
     *     whether it may be patient, how many groups
     */
    public static void main(String[] arguments) throws Exception {
        Ledgers ledgers = new Ledgers(Integer.parseInt(arguments[5]));
        List<Integer> ports =
                Arrays.stream(arguments[3].split(",", -1)).map(Integer::valueOf).toList();
        try (Contender contender = Library.parse(arguments[0]).newContender()) {
            say("starts");
            contender.start(
                    new Contender.Place(
                            Path.of(arguments[1]),
                            Integer.parseInt(arguments[2]),
                            ports,
                            Boolean.parseBoolean(arguments[4]),
                            ledgers.groups()),
                    ledgers);
            say("ready");
            new BenchmarkPeer(contender, ledgers).obey();
        } catch (Exception e) {
            e.printStackTrace();
            System.exit(1);
        }
        System.exit(0); // whatever threads a library leaves behind
    }

    private void obey() throws IOException, InterruptedException, ExecutionException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String[] words = line.split(" ", 2);
            switch (words[0]) {
                case "leader" -> say(contender.isLeader(0));
                case "follows" -> say(contender.follows(0));
                case "leads" -> say(led().length);
                case "ledger" -> say(ledgers.state());
                case "write" ->
                    say(outcome(WRITE_SECONDS_MAX, done -> contender.propose(0, new byte[COMMAND_BYTES], done)));
                case "snapshot" -> say(outcome(SNAPSHOT_SECONDS_MAX, contender::snapshot));
                case "copy" -> say(copy(words[1].split(" ", -1)));
                case "load" -> load(JSON.readValue(words[1], Load.class));
                default -> say(Map.of("error", "what is '" + line + "'?"));
            }
        }
    }

    /** The groups that this peer leads. */
    private int[] led() {
        return IntStream.range(0, ledgers.groups()).filter(contender::isLeader).toArray();
    }

    private double copy(String[] words) throws IOException {
        try {
            return contender.copySeconds(Integer.parseInt(words[0]), Long.parseLong(words[1]));
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("no copy", e);
        }
    }

    /** What one operation comes to. */
    private static String outcome(int secondsMax, Consumer<Contender.Done> operation)
            throws InterruptedException, ExecutionException {
        CompletableFuture<String> outcome = new CompletableFuture<>();
        operation.accept(failure -> outcome.complete(failure == null ? DONE : failure));
        try {
            return outcome.get(secondsMax, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return "not done within " + secondsMax + " s";
        }
    }

    private void load(Load load) throws InterruptedException {
        int[] groups = ledgers.groups() == 1 ? new int[] {0} : led();
        new ClosedLoop(contender, groups, load).run(new ClosedLoop.Listener() {
            @Override
            public void begins() {
                say("begins");
            }

            @Override
            public void ends(Load.Outcome outcome) {
                say(outcome);
            }
        });
        say("ended");
    }

    private static void say(Object message) {
        try {
            System.out.println(MARK + JSON.writeValueAsString(message));
        } catch (IOException e) {
            throw new AssertionError("a record that cannot be written: " + message, e);
        }
    }
}
