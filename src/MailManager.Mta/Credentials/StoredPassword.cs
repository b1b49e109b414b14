using MailManager.Smtp.Sasl;

namespace MailManager.Mta.Credentials;

/// <summary>What the store keeps of a managed password.</summary>
/// <param name="Current">Of the password that the configuration had last.</param>
/// <param name="Previous">Of the one before it; null: there was none.</param>
internal sealed record StoredPassword(ScramKeys Current, ReplacedPassword? Previous);

/// <summary>A password that is no longer in the configuration.</summary>
/// <param name="Keys">What is stored of it.</param>
/// <param name="ReplacedAt">When the configuration was first seen without it.</param>
internal sealed record ReplacedPassword(ScramKeys Keys, DateTimeOffset ReplacedAt);
