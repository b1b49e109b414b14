using System.Collections.Immutable;

namespace MailManager.Mta.Guides;

/// <summary>How to put this gateway in front of a mail provider.</summary>
/// <param name="Provider">Its name, for people.</param>
/// <param name="Before">What has to be known first, a paragraph each.</param>
/// <param name="Steps">In the order in which to take them.</param>
internal sealed record GatewayGuide(string Provider, ImmutableArray<string> Before, ImmutableArray<GuideStep> Steps);

/// <summary>One step.</summary>
/// <param name="Title">What it is about.</param>
/// <param name="Lines">What to do, in order.</param>
/// <param name="Code">What to copy: configuration or commands; null: nothing.</param>
/// <param name="Language">Of the code: <c>yaml</c> or <c>powershell</c>.</param>
internal sealed record GuideStep(string Title, ImmutableArray<string> Lines, string? Code = null, string Language = "yaml");
