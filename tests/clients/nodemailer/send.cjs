// Sends one message with nodemailer.
//
//   NODE_PATH=.../node_modules node send.cjs '{"transport": {...}, "message": {...}}'
//
// Both parts are nodemailer's own options. Prints the server's last reply; on an error its code and text, with exit code 1.
"use strict";

const nodemailer = require("nodemailer");

const { transport, message } = JSON.parse(process.argv[2]);
const transporter = nodemailer.createTransport({ connectionTimeout: 30000, greetingTimeout: 30000, socketTimeout: 30000, ...transport });
transporter.sendMail(message).then(
    (sent) => console.log(sent.response),
    (error) => {
        console.log(`${error.code} ${error.message}`);
        process.exitCode = 1;
    },
);
