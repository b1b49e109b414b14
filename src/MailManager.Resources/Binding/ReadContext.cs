using System.Net;
using MailManager.Resources.Documents;
using MailManager.Resources.Secrets;

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

    /// <param name="name">Name or ARN of the secret.</param>
    /// <param name="at">Where it is used.</param>
    /// <param name="problems">What is wrong with the secret for this use; names keys, never values.</param>
    public void ReferSecret(string name, DocumentValue at, Func<Secret, IEnumerable<string>> problems) =>
        _referred.Add(new ResourceName(ResourceKind.Secret, name, at, problems));

    public void Listen(IPEndPoint address, DocumentValue at) => _listeners.Add(new ListenerUse(address, at));
}

/// <summary>A name of a resource, where it is declared or used.</summary>
/// <param name="Kind">What it names.</param>
/// <param name="Name">Of a secret that is used, perhaps an ARN.</param>
/// <param name="At">Where an error about it belongs.</param>
/// <param name="SecretProblems">For a secret that is used: what is wrong with it for that.</param>
public sealed record ResourceName(
    ResourceKind Kind, string Name, DocumentValue At, Func<Secret, IEnumerable<string>>? SecretProblems = null);

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
    IpSet,
    AddressList,
    RuleTest,

    /// <summary>Sources are among them.</summary>
    EgressPool,
}
