namespace MailManager.Management.Health;

/// <summary>One part of the process that has to work for the whole to take mail.</summary>
/// <param name="Name">For example <c>queue</c>.</param>
/// <param name="Trouble">Null when it works; else what is wrong, without secrets.</param>
public readonly record struct ReadinessCheck(string Name, string? Trouble);

/// <summary>Tells whether the process can take mail now. Thread-safe.</summary>
public interface IReadiness
{
    IReadOnlyList<ReadinessCheck> Check();
}
