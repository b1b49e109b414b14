using System.Net;
using MailManager.Resources.Documents;

namespace MailManager.Resources.Binding;

/// <summary>
/// What the readers of one document share: the errors, the names that its resources declare and refer to, and the addresses
/// they listen on. Whether these fit together is decided by who knows all resources: the file, or later the store.
/// </summary>
public sealed class ReadContext
{
    private readonly List<ResourceName> _declared = [];
    private readonly List<ResourceName> _referred = [];
    private readonly List<ListenerUse> _listeners = [];

    public DocumentErrors Errors { get; } = new();

    /// <summary>In reading order; resources with errors of their own are among them.</summary>
    public IReadOnlyList<ResourceName> Declared => _declared;

    /// <summary>In reading order.</summary>
    public IReadOnlyList<ResourceName> Referred => _referred;

    /// <summary>In reading order: every address that something is to listen on.</summary>
    public IReadOnlyList<ListenerUse> Listeners => _listeners;

    public void Declare(ResourceKind kind, string name, DocumentValue at) => _declared.Add(new ResourceName(kind, name, at));

    public void Refer(ResourceKind kind, string name, DocumentValue at) => _referred.Add(new ResourceName(kind, name, at));

    public void Listen(IPEndPoint address, DocumentValue at) => _listeners.Add(new ListenerUse(address, at));
}

/// <summary>A name of a resource, where it is declared or used.</summary>
public sealed record ResourceName(ResourceKind Kind, string Name, DocumentValue At);

/// <summary>An address to listen on, where it is asked for.</summary>
public sealed record ListenerUse(IPEndPoint Address, DocumentValue At);

/// <summary>Kinds of resources that have names; names are unique within a kind.</summary>
public enum ResourceKind
{
    Secret,
    TrafficPolicy,
    RuleSet,
    Relay,
    IngressPoint,
}
