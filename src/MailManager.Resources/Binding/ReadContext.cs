using MailManager.Resources.Documents;

namespace MailManager.Resources.Binding;

/// <summary>
/// What the readers of one document share: the errors, the names that its resources declare, and the names that they refer to.
/// Whether a reference leads anywhere is decided by who knows all resources: the file, or later the store.
/// </summary>
public sealed class ReadContext
{
    private readonly List<ResourceName> _declared = [];
    private readonly List<ResourceName> _referred = [];

    public DocumentErrors Errors { get; } = new();

    /// <summary>In reading order; resources with errors of their own are among them.</summary>
    public IReadOnlyList<ResourceName> Declared => _declared;

    /// <summary>In reading order.</summary>
    public IReadOnlyList<ResourceName> Referred => _referred;

    public void Declare(ResourceKind kind, string name, DocumentValue at) => _declared.Add(new ResourceName(kind, name, at));

    public void Refer(ResourceKind kind, string name, DocumentValue at) => _referred.Add(new ResourceName(kind, name, at));
}

/// <summary>A name of a resource, where it is declared or used.</summary>
public sealed record ResourceName(ResourceKind Kind, string Name, DocumentValue At);

/// <summary>Kinds of resources that have names; names are unique within a kind.</summary>
public enum ResourceKind
{
    Secret,
    TrafficPolicy,
    RuleSet,
    Relay,
    IngressPoint,
}
