//! The end of bilans: what goes, what stays, the receipt, and what an attacker finds afterwards (CT-1, CT-8, CT-9, CT-10, GD-2, GD-6,
//! DESIGN §2.11 to §2.14).

mod attacker;
mod deeds;
mod ends;
mod follow_ups;
mod histories;
mod interruptions;
mod time;
mod world;
