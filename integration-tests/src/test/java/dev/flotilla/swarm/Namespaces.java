package dev.flotilla.swarm;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * The network namespaces of one test and its links into them. Their names tell which process made them, so that the next
 * one takes away what a killed one left behind. Needs root and the command {@code ip}.
 */
final class Namespaces implements AutoCloseable {
    private static final int PID_RADIX = 36; // a link's name has 15 characters at most
    private static final Pattern OURS = Pattern.compile("(?m)^fl([0-9a-z]+)-[0-9]+[a-z][0-9a-z]*");
    private static final int LINKS_MAX = 1 << 15; // of four addresses each, in 198.18.0.0/15, which is for tests alone
    private static final AtomicInteger MADE = new AtomicInteger();
    private static final AtomicInteger LINKED = new AtomicInteger();

    /** A link between this process's namespace and another, with the address of each end. */
    record Link(String name, String ours, String theirs) {}

    private final String prefix =
            "fl" + Long.toString(ProcessHandle.current().pid(), PID_RADIX) + "-" + MADE.getAndIncrement();
    private final List<String> names = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();

    private Namespaces() {}

    /** None yet; skips the test where none can be made. */
    static Namespaces make() {
        removeLeftovers();
        Namespaces made = new Namespaces();
        assumeTrue(
                succeeds("ip", "netns", "add", made.name("try")) && succeeds("ip", "netns", "del", made.name("try")),
                "skipped: network namespaces need root and the command ip (Debian: iproute2)");
        return made;
    }

    private static void removeLeftovers() {
        removeLeftovers("link", said("ip", "-brief", "link"));
        removeLeftovers("netns", said("ip", "netns", "list"));
    }

    private static void removeLeftovers(String kind, String listed) {
        OURS.matcher(listed)
                .results()
                .filter(name -> ProcessHandle.of(Long.parseLong(name.group(1), PID_RADIX))
                        .isEmpty())
                .forEach(name -> succeeds("ip", kind, "del", name.group()));
    }

    /** What the machine calls what this test calls {@code name}, which begins with a letter. */
    String name(String name) {
        return prefix + name;
    }

    /** Makes a namespace whose loopback is up. */
    void add(String name) throws IOException {
        run("", "ip", "netns", "add", name(name));
        names.add(name);
        in(name, "ip", "link", "set", "lo", "up");
    }

    /** Links this process's namespace with that of {@code name}, by addresses that nothing here has. */
    Link link(String name) throws IOException {
        Link link = free(name("c" + links.size()));
        run("", "ip", "link", "add", link.name(), "type", "veth", "peer", "name", "control", "netns", name(name));
        links.add(link);
        run("", "ip", "address", "add", link.ours() + "/30", "dev", link.name());
        run("", "ip", "link", "set", link.name(), "up");
        in(name, "ip", "address", "add", link.theirs() + "/30", "dev", "control");
        in(name, "ip", "link", "set", "control", "up");
        return link;
    }

    private static Link free(String name) throws IOException {
        Set<String> taken = new HashSet<>();
        NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .map(InetAddress::getHostAddress)
                .forEach(taken::add);
        long start = ProcessHandle.current().pid() * 64;
        for (int i = 0; i < LINKS_MAX; i++) {
            int first = (int) ((start + LINKED.getAndIncrement()) % LINKS_MAX) * 4;
            Link link = new Link(name, address(first + 1), address(first + 2));
            if (!taken.contains(link.ours())) {
                return link;
            }
        }
        throw new IOException("all of 198.18.0.0/15 is taken");
    }

    private static String address(int number) {
        return "198." + (18 + (number >> 16)) + "." + (number >> 8 & 0xff) + "." + (number & 0xff);
    }

    /** Runs a command in the namespace of that name. */
    void in(String name, String... command) throws IOException {
        inWithInput(name, "", command);
    }

    void inWithInput(String name, String input, String... command) throws IOException {
        run(input, prefixed(name, command).toArray(String[]::new));
    }

    /** Whether a command in the namespace of that name succeeds. */
    boolean tries(String name, String... command) {
        return succeeds(prefixed(name, command).toArray(String[]::new));
    }

    /** The command line that runs {@code command} in the namespace of that name. */
    List<String> prefixed(String name, String... command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", name(name)));
        all.addAll(Arrays.asList(command));
        return all;
    }

    private static String run(String input, String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said.strip());
        }
        return said;
    }

    /** What the command prints; nothing if it fails. */
    private static String said(String... command) {
        try {
            return run("", command);
        } catch (IOException e) {
            return "";
        }
    }

    private static boolean succeeds(String... command) {
        try {
            run("", command);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() {
        links.forEach(link -> succeeds("ip", "link", "del", link.name()));
        names.forEach(name -> succeeds("ip", "netns", "del", name(name)));
    }
}
