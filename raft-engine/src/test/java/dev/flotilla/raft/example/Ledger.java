package dev.flotilla.raft.example;

import dev.flotilla.raft.machine.StateMachine;
import dev.flotilla.raft.storage.DurableFiles;
import dev.flotilla.transport.Bytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Accounts in a file of their own. A command {@code name amount} adds to an account and gives back its balance; one that
 * would overdraw it changes nothing.
 *
 * <p>The index of the last entry is written together with what the entries did, in one step: after a crash, at whichever
 * point, either both are there or neither is, and what is given again is told by its index.
 */
final class Ledger implements StateMachine<Long> {
    private final Path file;
    private final Map<String, Long> accounts; // in order, so that equal states have equal bytes
    private long lastApplied;

    private Ledger(Path file, Map<String, Long> accounts, long lastApplied) {
        this.file = file;
        this.accounts = accounts;
        this.lastApplied = lastApplied;
    }

    /** The ledger in that file; an empty one if there is none. */
    static Ledger open(Path file) throws IOException {
        Map<String, Long> accounts = new TreeMap<>();
        long lastApplied = 0;
        if (Files.exists(file)) {
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(Files.readAllBytes(file)));
            lastApplied = in.readLong();
            accounts = readAccounts(in);
        }
        return new Ledger(file, accounts, lastApplied);
    }

    @Override
    public List<Long> apply(List<Committed> batch) {
        List<Long> balances = new ArrayList<>();
        for (Committed committed : batch) {
            if (committed.index() <= lastApplied) {
                balances.add(0L); // seen in an earlier life: nobody looks at this
            } else {
                balances.add(add(committed.data().utf8()));
                lastApplied = committed.index();
            }
        }
        try {
            write();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // stops the group here; what it acknowledged is in the log
        }
        return balances;
    }

    /** Whatever the command is: every member comes to the same answer, and none throws. */
    private long add(String command) {
        int space = command.lastIndexOf(' ');
        long amount;
        try {
            amount = Long.parseLong(command.substring(space + 1));
        } catch (NumberFormatException e) {
            amount = 0;
        }
        String name = command.substring(0, Math.max(space, 0));
        long balance = accounts.getOrDefault(name, 0L);
        long sum = balance + amount;
        boolean refused = sum < 0 || (amount > 0 && sum < balance) || amount == 0;
        if (!refused) {
            accounts.put(name, sum);
        }
        return refused ? balance : sum;
    }

    /** One step: the file is the old one or the new one. */
    private void write() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new DataOutputStream(bytes).writeLong(lastApplied);
        writeAccounts(bytes, accounts);
        DurableFiles.replace(file, bytes.toByteArray());
    }

    @Override
    public long lastApplied() {
        return lastApplied;
    }

    @Override
    public Capture capture() {
        Map<String, Long> captured = new TreeMap<>(accounts);
        return out -> writeAccounts(out, captured);
    }

    @Override
    public void restore(long index, InputStream in) throws IOException {
        Map<String, Long> restored = readAccounts(new DataInputStream(in)); // all of it, before anything changes
        accounts.clear();
        accounts.putAll(restored);
        lastApplied = index;
        write();
    }

    private static void writeAccounts(OutputStream target, Map<String, Long> accounts) throws IOException {
        DataOutputStream out = new DataOutputStream(target);
        out.writeInt(accounts.size());
        for (Map.Entry<String, Long> account : accounts.entrySet()) {
            Bytes name = Bytes.utf8(account.getKey());
            out.writeInt(name.size());
            out.write(name.toByteArray());
            out.writeLong(account.getValue());
        }
    }

    private static Map<String, Long> readAccounts(DataInputStream in) throws IOException {
        Map<String, Long> accounts = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            int size = in.readInt();
            byte[] name = in.readNBytes(Math.max(size, 0));
            if (name.length != size) {
                throw new IOException("a name of " + size + " bytes ends after " + name.length);
            }
            accounts.put(Bytes.wrap(name).utf8(), in.readLong());
        }
        if (in.read() >= 0) {
            throw new IOException("the accounts go on after their end");
        }
        return accounts;
    }

    long balance(String name) {
        return accounts.getOrDefault(name, 0L);
    }
}
