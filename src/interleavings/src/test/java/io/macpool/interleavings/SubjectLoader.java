package io.macpool.interleavings;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.security.CodeSource;
import java.security.ProtectionDomain;
import java.security.cert.Certificate;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;

/**
 * Loads our own classes once more, for one search. Fields of those that are looked at are volatile,
 * as Fray comes between accesses of such fields alone; and one of them may have a {@link Fault}.
 *
 * <p>Fray's agent keeps what it made of a class by the class's name and the place that it came
 * from: so each loader's classes come from another place, or the fault would never be seen.
 */
final class SubjectLoader extends ClassLoader {

  private static final String OURS = "io.macpool.";
  private static final String SHARED = "io.macpool.interleavings.";
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Set<String> subjects;
  private final Optional<Planted> planted;
  private final ProtectionDomain place;

  /** A fault and the class that has it. */
  record Planted(String in, Fault fault) {}

  SubjectLoader(ClassLoader parent, Set<String> subjects, Optional<Planted> planted) {
    super(parent);
    this.subjects = subjects;
    this.planted = planted;
    this.place = place(COUNT.incrementAndGet());
  }

  private static ProtectionDomain place(int number) {
    try {
      return new ProtectionDomain(
          new CodeSource(new URL("file:/search-" + number + "/"), (Certificate[]) null), null);
    } catch (MalformedURLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(OURS) || name.startsWith(SHARED)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> known = findLoadedClass(name);
      return known != null ? known : define(name);
    }
  }

  private Class<?> define(String name) throws ClassNotFoundException {
    try (InputStream file = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (file == null) {
        throw new ClassNotFoundException(name);
      }
      byte[] code = file.readAllBytes();
      if (isOf(name, subjects)) {
        code = changed(code, name);
      }
      return defineClass(name, code, 0, code.length, place);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A class and those within it. */
  private static boolean isOf(String name, Set<String> classes) {
    return classes.stream().anyMatch(c -> name.equals(c) || name.startsWith(c + "$"));
  }

  private byte[] changed(byte[] code, String name) {
    ClassWriter out = new ClassWriter(0);
    ClassVisitor change = new VolatileFields(out);
    if (planted.isPresent() && isOf(name, Set.of(planted.get().in()))) {
      change = new FaultVisitor(change, planted.get().fault());
    }
    new ClassReader(code).accept(change, 0);
    return out.toByteArray();
  }
}
