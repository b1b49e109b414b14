using Microsoft.AspNetCore.Http;

namespace MailManager.Delivery.Tests.MtaSts;

/// <summary>What a policy host answers.</summary>
internal static class PolicyAnswer
{
    /// <summary>At the well-known address of one domain, and nowhere else.</summary>
    public static RequestDelegate Of(string text, string type = "text/plain; charset=utf-8", string host = "mta-sts.sender.test") => async context =>
    {
        if (context.Request is not { Method: "GET", Path.Value: "/.well-known/mta-sts.txt" } || context.Request.Host.Host != host)
        {
            context.Response.StatusCode = 404;
            return;
        }

        context.Response.ContentType = type;
        await context.Response.WriteAsync(text);
    };
}
