package io.macpool.brain.hypervisor;

import io.macpool.core.Observed;
import io.macpool.core.fleet.Identities;
import io.macpool.core.fleet.Instance;
import io.macpool.core.fleet.Inventory;
import io.macpool.core.fleet.Machine;
import io.macpool.core.fleet.fault.FailureScope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Several providers as one. Each has an age of its own: while one can't be seen, its hosts are not
 * connected and its machines not reachable, and the others go on. Creates go to the provider of
 * their image; hosts, images and machines are told apart by their ids and references.
 */
public final class Providers implements Hypervisor {

  /**
   * One of them.
   *
   * @param name as the API tells it
   * @param prefix of its ids and references; empty for the one that has all the others
   */
  public record Provider(String name, String prefix, Hypervisor hypervisor) {
    public Provider {
      Objects.requireNonNull(name, "name");
      Objects.requireNonNull(prefix, "prefix");
      Objects.requireNonNull(hypervisor, "hypervisor");
    }
  }

  private final List<Provider> all;
  private final MergedView view;
  private final List<Consumer<Inventory>> listeners = new CopyOnWriteArrayList<>();

  // Guarded by the listeners.
  private long told;

  /**
   * @param all in the order in which a name that two have is looked up; their order never changes
   */
  public Providers(List<Provider> all) {
    this.all = List.copyOf(all);
    this.view = new MergedView(this.all);
    for (Provider provider : all) {
      provider.hypervisor().onChange(inventory -> changed());
    }
  }

  /** One at a time and in order, whichever provider's thread it is. */
  private void changed() {
    synchronized (listeners) {
      Inventory now = lastKnown();
      if (now.version() > told) {
        told = now.version();
        listeners.forEach(listener -> listener.accept(now));
      }
    }
  }

  /** Empty for what another provider made that this broker was once given, and is no more. */
  private Optional<Provider> of(String ref) {
    return all.stream()
        .filter(provider -> !provider.prefix().isEmpty() && ref.startsWith(provider.prefix()))
        .findFirst()
        .or(() -> all.stream().filter(provider -> provider.prefix().isEmpty()).findFirst());
  }

  /** What nobody here can be asked of is not gone: it may run on where it is. */
  private <T> CompletableFuture<T> ask(
      String ref, Function<Hypervisor, CompletableFuture<T>> question) {
    return of(ref)
        .map(provider -> question.apply(provider.hypervisor()))
        .orElseGet(
            () ->
                CompletableFuture.failedFuture(
                    new HypervisorFailure.Unavailable(
                        ref + " is of a provider that this broker is not given", null)));
  }

  @Override
  public Observed<Inventory> inventory() {
    return view.inventory();
  }

  @Override
  public Observed<Sighting> sighting() {
    return view.sighting();
  }

  @Override
  public Inventory lastKnown() {
    return view.lastKnown();
  }

  @Override
  public void confirm() {
    all.forEach(provider -> provider.hypervisor().confirm());
  }

  @Override
  public void identify(Identities known) {
    all.forEach(provider -> provider.hypervisor().identify(known));
    view.identify(known);
  }

  @Override
  public String peer() {
    return all.stream()
        .map(provider -> provider.hypervisor().peer())
        .collect(Collectors.joining(" and "));
  }

  @Override
  public Optional<String> unseen() {
    return all.stream()
        .flatMap(
            provider ->
                provider.hypervisor().unseen().map(why -> provider.name() + ": " + why).stream())
        .findFirst();
  }

  /** Only if none can be asked: creates of the others' images go on. */
  @Override
  public Optional<String> unreachable() {
    List<String> texts = new ArrayList<>();
    for (Provider provider : all) {
      provider.hypervisor().unreachable().ifPresent(why -> texts.add(provider.name() + ": " + why));
    }
    return texts.size() < all.size() ? Optional.empty() : Optional.of(String.join("; ", texts));
  }

  @Override
  public List<String> warnings() {
    Map<String, String> owners = new HashMap<>();
    List<String> warnings = new ArrayList<>();
    for (Provider provider : all) {
      for (String image : provider.hypervisor().lastKnown().images().keySet()) {
        String owner = owners.putIfAbsent(image, provider.name());
        if (owner != null) {
          warnings.add(
              "image %s is one of %s and of %s: the first is meant"
                  .formatted(image, owner, provider.name()));
        }
      }
    }
    return warnings;
  }

  @Override
  public void onChange(Consumer<Inventory> listener) {
    listeners.add(listener);
  }

  /** Only the host's own provider is asked; without a host all are, and all must answer. */
  @Override
  public CompletableFuture<Optional<Machine>> find(String name, Optional<String> host) {
    if (host.isPresent()) {
      return ask(host.get(), hypervisor -> hypervisor.find(name, host));
    }
    return first(provider -> provider.hypervisor().find(name, host));
  }

  @Override
  public CompletableFuture<Optional<Machine>> locate(String ref, Optional<String> uuid) {
    return ask(ref, hypervisor -> hypervisor.locate(ref, uuid));
  }

  /** What any of them finds; a failure if none does and one could not tell. */
  private CompletableFuture<Optional<Machine>> first(
      Function<Provider, CompletableFuture<Optional<Machine>>> question) {
    List<CompletableFuture<Optional<Machine>>> answers = all.stream().map(question).toList();
    return CompletableFuture.allOf(answers.toArray(new CompletableFuture<?>[0]))
        .handle(
            (nothing, failure) -> {
              for (CompletableFuture<Optional<Machine>> answer : answers) {
                if (!answer.isCompletedExceptionally() && answer.join().isPresent()) {
                  return answer.join();
                }
              }
              if (failure != null) {
                throw failure instanceof CompletionException known
                    ? known
                    : new CompletionException(failure);
              }
              return Optional.empty();
            });
  }

  @Override
  public CompletableFuture<Inventory> read() {
    List<CompletableFuture<Inventory>> reads =
        all.stream()
            .map(
                provider ->
                    provider.hypervisor().inventory().isKnown()
                        ? provider.hypervisor().read()
                        : CompletableFuture.completedFuture(provider.hypervisor().lastKnown()))
            .toList();
    return CompletableFuture.allOf(reads.toArray(new CompletableFuture<?>[0]))
        .thenApply(
            nothing -> {
              Map<String, Inventory> parts = new LinkedHashMap<>();
              for (int k = 0; k < all.size(); k++) {
                parts.put(all.get(k).name(), reads.get(k).join());
              }
              return view.merge(parts);
            });
  }

  @Override
  public boolean mayBeCloning(String imageRef) {
    return of(imageRef).map(p -> p.hypervisor().mayBeCloning(imageRef)).orElse(true);
  }

  @Override
  public CompletableFuture<String> cloneLinked(CloneOrder order) {
    return ordered(order, Hypervisor::cloneLinked);
  }

  @Override
  public CompletableFuture<String> cloneInstantly(CloneOrder order) {
    return ordered(order, Hypervisor::cloneInstantly);
  }

  private CompletableFuture<String> ordered(
      CloneOrder order, BiFunction<Hypervisor, CloneOrder, CompletableFuture<String>> clone) {
    Optional<Provider> provider = of(order.image().ref());
    boolean elsewhere = order.host().filter(host -> !of(host).equals(provider)).isPresent();
    return elsewhere
        ? CompletableFuture.failedFuture(
            new HypervisorFailure.Refused(
                "AnotherProvider",
                FailureScope.REQUEST,
                false,
                order.image().name() + " is no image of " + order.host().get(),
                null))
        : ask(order.image().ref(), hypervisor -> clone.apply(hypervisor, order));
  }

  @Override
  public CompletableFuture<Void> resize(String ref, Instance.Size size) {
    return ask(ref, hypervisor -> hypervisor.resize(ref, size));
  }

  @Override
  public CompletableFuture<Void> powerOn(String ref) {
    return ask(ref, hypervisor -> hypervisor.powerOn(ref));
  }

  @Override
  public CompletableFuture<Void> powerOff(String ref) {
    return ask(ref, hypervisor -> hypervisor.powerOff(ref));
  }

  @Override
  public CompletableFuture<Boolean> destroy(String ref) {
    return ask(ref, hypervisor -> hypervisor.destroy(ref));
  }

  @Override
  public CompletableFuture<Void> suspend(String ref, Duration boot) {
    return ask(ref, hypervisor -> hypervisor.suspend(ref, boot));
  }

  @Override
  public CompletableFuture<Void> reboot(String host) {
    return ask(host, hypervisor -> hypervisor.reboot(host));
  }

  /** Whoever started them ends them. */
  @Override
  public void close() {
    listeners.clear();
  }
}
