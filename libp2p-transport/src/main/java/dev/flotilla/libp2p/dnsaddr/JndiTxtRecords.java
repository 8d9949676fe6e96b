package dev.flotilla.libp2p.dnsaddr;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.DirContext;
import javax.naming.directory.InitialDirContext;

/** TXT records by the JDK's own DNS client, which asks again over TCP when an answer was cut off. */
final class JndiTxtRecords implements TxtRecords {
    private static final String TXT = "TXT";
    private static final String FIRST_WAIT_MILLIS = "1000"; // twice as long at each further try
    private static final String TRIES = "2";

    private final String provider;

    /** @param provider {@code dns:} for the system's servers, {@code dns://ADDRESS:PORT} for another */
    JndiTxtRecords(String provider) {
        this.provider = provider;
    }

    @Override
    @SuppressWarnings("BanJNDI") // of the JDK's DNS client, whose attributes are texts: no object comes from outside
    public List<String> of(String name) throws IOException {
        try {
            DirContext context = new InitialDirContext(environment());
            try {
                Attribute records =
                        context.getAttributes(name, new String[] {TXT}).get(TXT);
                return records == null ? List.of() : texts(records.getAll());
            } finally {
                context.close();
            }
        } catch (NameNotFoundException e) {
            return List.of();
        } catch (NamingException e) {
            throw new IOException("the TXT records of " + name + " cannot be had: " + e.getMessage(), e);
        }
    }

    @SuppressWarnings("JdkObsolete") // JNDI takes no other map
    private Hashtable<String, String> environment() {
        Hashtable<String, String> environment = new Hashtable<>();
        environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
        environment.put(Context.PROVIDER_URL, provider);
        environment.put("com.sun.jndi.dns.timeout.initial", FIRST_WAIT_MILLIS);
        environment.put("com.sun.jndi.dns.timeout.retries", TRIES);
        return environment;
    }

    /** The strings of a record come with spaces between them, which no multiaddr has. */
    private static List<String> texts(NamingEnumeration<?> records) throws NamingException {
        List<String> texts = new ArrayList<>();
        while (records.hasMore()) {
            texts.add(String.valueOf(records.next()).replace(" ", ""));
        }
        return texts;
    }
}
