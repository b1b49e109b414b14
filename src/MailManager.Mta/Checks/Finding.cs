namespace MailManager.Mta.Checks;

/// <summary>Something in a configuration without errors that is probably not meant.</summary>
/// <param name="Kind">What sort of thing.</param>
/// <param name="Path">Where, in the configuration: <c>RuleSets[0].Rules[3]</c>.</param>
/// <param name="Message">What, in one sentence, and where it helps the cure.</param>
internal sealed record Finding(FindingKind Kind, string Path, string Message)
{
    /// <summary>A message that shows it; null: there is none to show.</summary>
    public CounterExample? Example { get; init; }

    /// <summary>As <c>check</c> prints it, without the place.</summary>
    public override string ToString() =>
        $"{Kind.Code} {Kind.Severity.ToString().ToLowerInvariant()}: {Message}{(Example is null ? "" : $"\n{Example}")}";
}

/// <summary>How much a finding matters.</summary>
internal enum FindingSeverity
{
    /// <summary>Good to know.</summary>
    Info,

    /// <summary>Probably a mistake.</summary>
    Warning,

    /// <summary>The configuration must not be used.</summary>
    Error,
}
