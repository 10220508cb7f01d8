//! The end of bilans: what goes, what stays, the receipt, and what an attacker finds afterwards (CT-1, CT-8, CT-9, CT-10, GD-2, GD-6,
//! DESIGN §2.11 to §2.14).

mod account;
mod attacker;
mod attacks;
mod deeds;
mod ends;
mod follow_ups;
mod gate;
mod histories;
mod interruptions;
mod late_writers;
mod rows;
mod time;
mod world;
